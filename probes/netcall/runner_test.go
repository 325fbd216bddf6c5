package netcall_test

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop/authority"
	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/netcall"
)

// place is a folder with a CA, and certificates by it for localhost.
type place struct {
	dir string
	authority.Certificates
}

func newPlace(t *testing.T) place {
	t.Helper()
	p := place{dir: t.TempDir()}
	var err error
	if p.Certificates, err = authority.Issue(filepath.Join(p.dir, "ca.pem"), time.Now()); err != nil {
		t.Fatal(err)
	}
	return p
}

// run runs steps written in YAML, in which HOST is an address.
func (p place) run(t *testing.T, host, steps string) probes.Result {
	t.Helper()
	source := "journey: test\nsteps:\n" + strings.ReplaceAll(steps, "HOST", host)
	list, err := format.Parse(filepath.Join(p.dir, "test.yaml"), []byte(source))
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	r := probes.NewRunner(probes.Options{Drivers: []probes.Driver{netcall.New()}, UserAgent: "Outrider/1.0"})
	return r.Run(t.Context(), &list[0], probes.Request{})
}

func (p place) passes(t *testing.T, host, steps string) *probes.Attempt {
	t.Helper()
	res := p.run(t, host, steps)
	if res.Outcome != probes.Passed {
		t.Errorf("%s: %s", res.Step, told(res))
	}
	return res.Last()
}

func (p place) fails(t *testing.T, reason probes.Reason, host, steps string, words ...string) {
	t.Helper()
	res := p.run(t, host, steps)
	if res.Failure == nil || res.Failure.Reason != reason {
		t.Errorf("got %v %s, want %s", res.Outcome, told(res), reason)
		return
	}
	for _, word := range words {
		if !strings.Contains(res.Failure.Message, word) {
			t.Errorf("the message %q does not say %q", res.Failure.Message, word)
		}
	}
}

func told(res probes.Result) string {
	if res.Failure == nil {
		return ""
	}
	return fmt.Sprintf("%s (expected %s, got %s; %v)", res.Failure, res.Failure.Expected, res.Failure.Got, res.Failure.Err)
}

// listen serves each connection by a function, until the test ends.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	_, port, _ := net.SplitHostPort(loopback.Serve(t, serve))
	return "localhost:" + port
}
