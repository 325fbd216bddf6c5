package httpcall_test

import (
	"flag"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		serveForBenchmark()
		return
	}
	flag.Parse()
	goleak.VerifyTestMain(m)
}
