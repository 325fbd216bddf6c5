package httpcall

import (
	"context"
	"net/http"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// maxHistory bounds the exchanges that evidence can show.
const maxHistory = 50

// Session is the HTTP client of one attempt. It implements [probes.Session].
type Session struct {
	driver *Driver
	o      probes.SessionOptions
	client http.Client
	jar    jar

	lastStep      *journeys.Step
	plain, secure *wire
	privates      []private
	// spoilt: the plain wire may still be making a connection, so it is not passed on.
	spoilt bool
	usedAt time.Time

	// last is the exchange of the present or last step.
	last *exchange
	past []probes.RequestLine
}

// Do sends the step's request, follows its redirects and reads the answer.
func (s *Session) Do(ctx context.Context, call probes.Call) (probes.Done, error) {
	action, ok := call.Step.Action.(*journeys.Request)
	if !ok {
		return probes.Done{}, &probes.Failure{
			Reason: probes.Internal, Message: "not an HTTP step: " + call.Step.Action.Verb(),
		}
	}
	x := &exchange{session: s, step: call.Step, action: action, begun: time.Now()}
	s.last = x
	req, err := x.prepare(ctx, call.Scope)
	if err != nil {
		return probes.Done{}, err
	}
	req.Close = call.Step == s.lastStep
	if !s.usedAt.IsZero() && x.begun.Sub(s.usedAt) > idleTooLong {
		s.eachWire((*wire).rest)
	}
	// Without expectations nobody asks for more of the body than evidence shows.
	whole := len(call.Step.Expect)+len(call.Step.Save) > 0
	err = x.perform(req, whole)
	s.usedAt = time.Now()
	x.total = s.usedAt.Sub(x.begun)
	s.remember(x)
	if err != nil {
		s.spoilt = true
	}
	return probes.Done{HTTP: x.info()}, err
}

// RoundTrip does one hop. It is the client's transport.
func (s *Session) RoundTrip(req *http.Request) (*http.Response, error) {
	w, err := s.wire(s.last.trust, req.URL.Scheme == "https")
	if err != nil {
		return nil, err
	}
	return w.transport.RoundTrip(s.last.hop(req))
}

// wire gives the wire for a hop.
func (s *Session) wire(t trust, secure bool) (*wire, error) {
	switch {
	case !secure && s.plain == nil:
		s.plain = s.driver.idle.Get().(*wire)
		fallthrough
	case !secure:
		return s.plain, nil
	case t != (trust{}):
		return s.privateWire(t)
	case s.secure == nil:
		s.secure = newSecureWire(nil)
	}
	return s.secure, nil
}

// privateWire gives the wire for an unusual trust.
func (s *Session) privateWire(t trust) (*wire, error) {
	for i := range s.privates {
		if s.privates[i].trust == t {
			return s.privates[i].wire, nil
		}
	}
	config, err := t.config(s.o.Journey.Dir)
	if err != nil {
		return nil, err
	}
	w := newSecureWire(config)
	s.privates = append(s.privates, private{trust: t, wire: w})
	return w, nil
}

func (s *Session) eachWire(do func(*wire)) {
	for _, w := range [...]*wire{s.plain, s.secure} {
		if w != nil {
			do(w)
		}
	}
	for i := range s.privates {
		do(s.privates[i].wire)
	}
}

// remember keeps a line about the exchange for the evidence.
func (s *Session) remember(x *exchange) {
	if len(s.past) == maxHistory {
		s.past = append(s.past[:0], s.past[1:]...)
	}
	s.past = append(s.past, probes.RequestLine{
		Method: x.method, URL: x.shownURL(), Type: "http", Status: x.status, Error: x.trouble,
		Offset: x.begun.Sub(s.o.StartedAt), Duration: s.usedAt.Sub(x.begun),
	})
}

// Changed returns [probes.ErrStatic]: an answer does not change once it is there.
func (s *Session) Changed(context.Context) error { return probes.ErrStatic }

// Close closes the connections.
func (s *Session) Close(context.Context) error {
	if s.plain != nil && !s.spoilt {
		s.plain.rest()
		s.driver.idle.Put(s.plain)
		s.plain = nil
	}
	s.eachWire((*wire).end)
	s.plain, s.secure, s.privates = nil, nil, nil
	return nil
}
