package exporter_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/outrider-monitor/outrider/exporter"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares a text with a file, or writes it.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s is not what the catalogue says (go test ./exporter -update writes it):\n%s", file, diff)
	}
}

func TestTheSetOfMetricsIsTheContract(t *testing.T) {
	var b strings.Builder
	for _, m := range exporter.Catalogue() {
		fmt.Fprintf(&b, "%s %s {%s} %s\n", m.Name, m.Kind, strings.Join(m.Labels, ","), m.Help)
	}
	golden(t, filepath.Join("testdata", "catalogue.txt"), b.String())
}

func TestTheMetricsPageIsGeneratedFromTheCatalogue(t *testing.T) {
	golden(t, filepath.Join("..", "docs", "metrics.md"), exporter.Markdown())
}
