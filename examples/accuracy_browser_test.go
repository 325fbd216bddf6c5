package examples_test

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// browserDriver starts the browser that all rows share.
func browserDriver(t *testing.T) probes.Driver {
	t.Helper()
	t.Skip("the browser driver is not in the tree yet")
	return nil
}
