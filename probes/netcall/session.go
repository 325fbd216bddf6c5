package netcall

import (
	"context"
	"net/http/httptrace"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// maxHistory bounds the steps that evidence can show.
const maxHistory = 50

// Session does the steps of one attempt. It implements [probes.Session].
type Session struct {
	o probes.SessionOptions
	// cookies are only carried: those of the steps before, for those after and for WebSockets.
	cookies []probes.Cookie
	// last is the call of the present or last step.
	last *call
	past []probes.RequestLine
	// traced are the calls of a traced attempt.
	traced []spans.Request
}

// job is a step whose templates are evaluated.
type job interface {
	// target is what it speaks to, as a URL.
	target() string
	// run does it. A *probes.Failure is told as it is, all else is explained by how far the connection came.
	run(ctx context.Context, c *call) error
}

// Do performs the step's action over a new connection.
func (s *Session) Do(ctx context.Context, step probes.Call) (probes.Done, error) {
	j, err := s.prepare(ctx, step)
	if err != nil {
		return probes.Done{}, err
	}
	c := newCall(s, step.Step, j)
	s.last = c
	err = j.run(httptrace.WithClientTrace(ctx, &c.trace.Hooks), c)
	c.total = time.Since(c.begun)
	if err != nil {
		err = c.failed(ctx, err)
	}
	s.remember(c)
	s.trace(c)
	return probes.Done{HTTP: c.info()}, err
}

func (s *Session) prepare(ctx context.Context, step probes.Call) (job, error) {
	switch a := step.Step.Action.(type) {
	case *journeys.DNS:
		return prepareDNS(ctx, step.Scope, a)
	case *journeys.TCP:
		return prepareTCP(ctx, step.Scope, a)
	case *journeys.Handshake:
		return prepareHandshake(ctx, step.Scope, a)
	case *journeys.WebSocket:
		return prepareWebSocket(ctx, step.Scope, a)
	case *journeys.GRPC:
		return prepareGRPC(ctx, step.Scope, a)
	case *journeys.Ping:
		return preparePing(ctx, step.Scope, a)
	}
	return nil, &probes.Failure{Reason: probes.Internal, Message: "not a step for this driver: " + step.Step.Action.Verb()}
}

// remember keeps a line about the call for the evidence.
func (s *Session) remember(c *call) {
	if len(s.past) == maxHistory {
		s.past = append(s.past[:0], s.past[1:]...)
	}
	s.past = append(s.past, probes.RequestLine{
		Method: c.method(), URL: c.job.target(), Type: c.step.Action.Verb(), Error: c.trouble,
		Offset: c.begun.Sub(s.o.StartedAt), Duration: c.total,
	})
}

// trace keeps a call for the run's spans.
func (s *Session) trace(c *call) {
	if s.o.Trace == nil || len(s.traced) == spans.Most {
		return
	}
	s.traced = append(s.traced, spans.Request{
		Span: c.span, Method: c.method(), URL: c.job.target(), Kind: c.step.Action.Verb(), Error: c.trouble, RemoteAddr: c.trace.RemoteAddr(),
		Offset: c.begun.Sub(s.o.StartedAt), Duration: c.total,
	})
}

// Traced gives the calls of the attempt.
func (s *Session) Traced() []spans.Request { return s.traced }

// Scope gives what the step's expressions see.
func (s *Session) Scope(context.Context) (journeys.Names, journeys.PageFuncs, error) {
	if s.last == nil {
		return nil, nil, nil
	}
	return journeys.Values(s.last.scope()), nil, nil
}

// Changed returns [probes.ErrStatic]: what was said does not change once it is heard.
func (s *Session) Changed(context.Context) error { return probes.ErrStatic }

// Cookies gives the cookies as they came.
func (s *Session) Cookies(context.Context) ([]probes.Cookie, error) {
	return slices.Clone(s.cookies), nil
}

// SetCookies makes the session's cookies exactly these.
func (s *Session) SetCookies(_ context.Context, cookies []probes.Cookie) error {
	s.cookies = slices.Clone(cookies)
	return nil
}

// Diagnose knows nothing better.
func (s *Session) Diagnose(_ context.Context, f *probes.Failure) *probes.Failure { return f }

// Evidence adds the attempt's calls, and what the last one heard.
func (s *Session) Evidence(_ context.Context, _ string, e *probes.Evidence) {
	if s.last == nil {
		return
	}
	if e.BodyExcerpt == "" {
		e.BodyExcerpt = strings.ToValidUTF8(s.last.heard, "\ufffd")
	}
	for _, line := range slices.Backward(s.past) {
		if line.Error != "" {
			e.Requests = slices.Insert(e.Requests, 0, line)
		} else {
			e.Requests = append(e.Requests, line)
		}
	}
}

// Close has nothing to close: connections do not outlive their step.
func (s *Session) Close(context.Context) error { return nil }
