package httpcall

import (
	"context"
	"net/http"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/spans"
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
	// spoilt: a wire may still be making a connection, so none is passed on.
	spoilt bool
	usedAt time.Time

	// last is the exchange of the present or last step; current is the one that hops belong to.
	last, current *exchange
	past          []probes.RequestLine
	traced        []spans.Request
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
	s.last, s.current = x, x
	req, err := x.prepare(ctx, call.Scope, family(action, call.Pass))
	if err != nil {
		return probes.Done{}, err
	}
	again := action.Route.Family() == bothFamilies && call.Pass == 0
	req.Close = call.Step == s.lastStep && !again && !x.answersChallenges()
	if !s.usedAt.IsZero() && x.begun.Sub(s.usedAt) > idleTooLong {
		s.eachCarrier(carrier.rest)
	}
	// Without expectations nobody asks for more of the body than evidence shows.
	whole := len(call.Step.Expect)+len(call.Step.Save) > 0 || action.GraphQL != nil
	err = x.perform(req, whole)
	if err == nil {
		err = x.graphQLErrors()
	}
	s.usedAt = time.Now()
	x.total = s.usedAt.Sub(x.begun)
	s.remember(x)
	s.trace(x)
	if err != nil {
		s.spoilt = true
	}
	return probes.Done{HTTP: x.info(), Again: again, RetryAfter: x.retryAfter()}, err
}

// bothFamilies asks for a request over each family of addresses.
const bothFamilies = "both"

// family is that of a pass: 4, 6, or empty for what answers first.
func family(action *journeys.Request, pass int) string {
	switch want := action.Route.Family(); {
	case want != bothFamilies:
		return want
	case pass == 0:
		return "4"
	}
	return "6"
}

// RoundTrip does one hop. It is the client's transport.
func (s *Session) RoundTrip(req *http.Request) (*http.Response, error) {
	x := s.current
	w, err := s.carrier(x.routeOf(req.URL))
	if err != nil {
		return nil, err
	}
	if x.signer != nil && !x.strayed {
		return x.signer.send(x, w, req)
	}
	return x.send(w, req)
}

// send does one hop as it is.
func (x *exchange) send(w http.RoundTripper, req *http.Request) (*http.Response, error) {
	req = x.begin(req)
	h := x.hop
	resp, err := w.RoundTrip(req)
	if resp != nil {
		h.answered(resp)
	}
	return resp, err
}

// carrier gives the carrier of a route.
func (s *Session) carrier(r route) (carrier, error) {
	switch {
	case r == route{}:
		if s.plain == nil {
			s.plain = s.driver.plain.Get().(*wire)
		}
		return s.plain, nil
	case r == route{secure: true}:
		if s.secure == nil {
			s.secure = s.driver.secure.Get().(*wire)
		}
		return s.secure, nil
	}
	for i := range s.privates {
		if s.privates[i].route == r {
			return s.privates[i].carrier, nil
		}
	}
	c, err := s.driver.newCarrier(r, s.o.Journey.Dir)
	if err != nil {
		return nil, err
	}
	s.privates = append(s.privates, private{r, c})
	return c, nil
}

func (s *Session) eachCarrier(do func(carrier)) {
	for _, w := range [...]*wire{s.plain, s.secure} {
		if w != nil {
			do(w)
		}
	}
	for i := range s.privates {
		do(s.privates[i].carrier)
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
		s.driver.plain.Put(s.plain)
		s.plain = nil
	}
	if s.secure != nil && !s.spoilt {
		s.secure.rest()
		s.driver.secure.Put(s.secure)
		s.secure = nil
	}
	s.eachCarrier(carrier.end)
	s.plain, s.secure, s.privates = nil, nil, nil
	return nil
}
