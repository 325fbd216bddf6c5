package httpcall_test

import (
	"os"
	"testing"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		serveForBenchmark()
		return
	}
	leakcheck.Main(m)
}
