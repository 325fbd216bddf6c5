package netcall_test

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestAHostIsPinged(t *testing.T) {
	p := newPlace(t)
	p.passes(t, "127.0.0.1", `
  - ping: HOST
    count: 2
    ip: 4
    expect: sent == 2 and answered == 2 and loss == 0 and rtt.max < 1 and rtt.min <= rtt.avg and remote_addr == "127.0.0.1"
`)
	p.fails(t, probes.DNS, "nowhere.invalid", "  - ping: HOST\n", "cannot resolve nowhere.invalid")
}
