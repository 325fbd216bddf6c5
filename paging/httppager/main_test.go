package httppager

import (
	"flag"
	"testing"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
)

var rewrite = flag.Bool("rewrite", false, "write the golden files anew")

func TestMain(m *testing.M) { leakcheck.Main(m) }
