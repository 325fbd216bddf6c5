package httpcall

import (
	"context"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// Driver opens sessions for HTTP steps. It is safe for use by several runs at once.
type Driver struct {
	// plain and secure are wires without connections, kept because a new transport costs a tenth of a request.
	plain, secure sync.Pool
	// tokens are those of OAuth 2, which last longer than a run.
	tokens tokens
	// configs are what was made of the files that steps name in tls.
	configs dial.Configs
}

// New makes a driver. It needs no closing.
func New() *Driver {
	return &Driver{
		plain:  sync.Pool{New: func() any { return newPlainWire() }},
		secure: sync.Pool{New: func() any { return newSecureWire() }},
	}
}

// Handles reports whether the action is an HTTP request.
func (d *Driver) Handles(a journeys.Action) bool {
	_, ok := a.(*journeys.Request)
	return ok
}

// Punctual reports whether the action ends with its context for sure. net/http does; a file may lie on a disk that hangs,
// and the machinery of HTTP/3 is too large to vouch for.
func (d *Driver) Punctual(a journeys.Action) bool {
	r, ok := a.(*journeys.Request)
	if !ok || r.File != nil || r.Multipart != nil {
		return false
	}
	way := r.Route
	return way == nil || way.HTTP != "3" && way.TLS.CAFile.Source == "" && way.TLS.CertFile.Source == ""
}

// Open starts a session. It connects to nothing yet.
func (d *Driver) Open(_ context.Context, o probes.SessionOptions) (probes.Session, error) {
	s := &Session{driver: d, o: o, lastStep: lastRequest(o.Journey)}
	s.client.Transport = s
	s.client.Jar = &s.jar
	s.client.CheckRedirect = s.checkRedirect
	return s, nil
}

// lastRequest gives the journey's last HTTP step. Its connection is of no use to anybody after it, and a
// connection that is known to end costs a sixth less than one that is kept and then closed.
func lastRequest(j *journeys.Journey) *journeys.Step {
	var last *journeys.Step
	for step := range j.AllSteps() {
		if _, ok := step.Action.(*journeys.Request); ok {
			last = step
		}
	}
	return last
}

// idleTooLong is the age at which an unused connection is not used for the next step: its server may be
// closing it at this moment, and a POST that meets that cannot be repeated.
const idleTooLong = 500 * time.Millisecond
