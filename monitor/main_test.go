package monitor

import (
	"fmt"
	"os"
	"testing"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
)

func TestMain(m *testing.M) {
	if mode := os.Getenv(benchMode); mode != "" {
		if err := benchChild(mode); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	leakcheck.Main(m)
}
