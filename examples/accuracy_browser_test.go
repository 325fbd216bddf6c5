package examples_test

import (
	"context"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
)

// browserDriver starts the browser that all rows share.
func browserDriver(t *testing.T) probes.Driver {
	t.Helper()
	d, err := browser.New(browser.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := d.Close(ctx); err != nil {
			t.Errorf("closing the browser: %v", err)
		}
	})
	return d
}
