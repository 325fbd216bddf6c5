package httpcall_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/blackbox"
)

// BenchmarkBesideBlackboxExporter compares the CPU of a run with that of Debian's blackbox_exporter, driven at the same
// rate over a connection that lasts. The target is a ratio of at most 0.5.
func BenchmarkBesideBlackboxExporter(b *testing.B) {
	srv := startServer(b)
	exporter := blackbox.Start(b, `
modules:
  look: {prober: http, http: {preferred_ip_protocol: ip4, valid_status_codes: [200], fail_if_body_not_matches_regexp: ['"status": "(received|cooking)"']}}
`)
	theirs := side{cpu: exporter.CPU, do: func() error {
		samples, err := exporter.Probe("look", srv.plain)
		if err == nil && samples["probe_success"] != 1 {
			err = fmt.Errorf("blackbox_exporter fails: %v", samples)
		}
		return err
	}}
	// Each side gives its processor time by itself: ours does not count what asking them costs us.
	b.Run("500 a second", func(b *testing.B) { contest(b, 2*time.Millisecond, theirs, runs(b, at(look, srv.plain))) })
	b.Run("flat out", func(b *testing.B) { contest(b, 0, theirs, runs(b, at(look, srv.plain))) })
}
