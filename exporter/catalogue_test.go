package exporter_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/internal/golden"
)

func TestTheSetOfMetricsIsTheContract(t *testing.T) {
	var b strings.Builder
	for _, m := range exporter.Catalogue() {
		fmt.Fprintf(&b, "%s %s {%s} %s\n", m.Name, m.Kind, strings.Join(m.Labels, ","), m.Help)
	}
	golden.Check(t, "catalogue.txt", b.String())
}

func TestTheMetricsPageIsGeneratedFromTheCatalogue(t *testing.T) {
	golden.File(t, filepath.Join("..", "docs", "metrics.md"), exporter.Markdown())
}
