package probes

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// session is an open session, or the memory that it could not be opened.
type session struct {
	Session
	driver Driver
	failed *Failure
}

// openSession finds the session that does the step's action, and opens it if it is the first to need it.
func (s *stepRun) openSession(ctx context.Context) *Failure {
	for _, known := range s.sessions {
		if known.driver.Handles(s.st.Action) {
			s.sess = known
			return known.failed
		}
	}
	for _, d := range s.r.o.Drivers {
		if d.Handles(s.st.Action) {
			return s.open(ctx, d)
		}
	}
	return &Failure{
		Reason:  Config,
		Message: fmt.Sprintf("nothing here can do %q steps", s.st.Action.Verb()),
	}
}

func (s *stepRun) open(ctx context.Context, d Driver) (f *Failure) {
	begun := time.Now()
	end := begun.Add(openTime)
	if s.place.finally && s.place.limit.Before(end) {
		end = s.place.limit
	}
	inner, cancel := ctx, func() {}
	if !s.r.isPunctual(s.st.Action) || s.signedIn != nil {
		inner, cancel = context.WithDeadline(ctx, end)
	}
	s.sess = &session{driver: d}
	defer func() {
		cancel()
		if p := recover(); p != nil {
			f = panicked(p)
		}
		s.sess.failed = f
		s.sessions = append(s.sessions, s.sess)
		s.opening += time.Since(begun)
	}()
	sess, err := d.Open(inner, SessionOptions{
		Journey: s.j, RunID: s.runID, StartedAt: s.begun, UserAgent: s.r.o.UserAgent, Redactor: s.redactor, Film: s.filmed(), Trace: s.trace,
	})
	s.sess.Session = sess
	if err == nil && sess == nil {
		err = errors.New("a driver opened no session and gave no error")
	}
	if err == nil {
		err = s.beginSignedIn(inner, sess)
	}
	if err == nil {
		return nil
	}
	return explain(ctx, inner, err, func() *Failure {
		return &Failure{
			Reason:  Resources,
			Message: fmt.Sprintf("no session could be opened within %s", short(time.Since(begun))),
		}
	})
}

// shareCookies carries the cookies over when the kind of session used changes. A finally step runs without
// them rather than not at all.
func (s *stepRun) shareCookies(ctx, inner context.Context) *Failure {
	from := s.active
	s.active = s.sess
	if from == nil || from == s.sess || from.failed != nil {
		return nil
	}
	cookies, err := from.Cookies(inner)
	if err == nil {
		err = s.sess.SetCookies(inner, cookies)
	}
	if err == nil || s.place.finally && ctx.Err() == nil && inner.Err() == nil {
		return nil
	}
	return explain(ctx, inner, fmt.Errorf("sharing cookies: %w", err), s.overdue)
}

// closeSessions ends all sessions, in bounded time, whatever happened to ctx.
func (a *attempt) closeSessions(ctx context.Context) {
	for _, s := range a.sessions {
		if s.Session == nil {
			continue
		}
		if err := closeOne(context.WithoutCancel(ctx), s.Session); err != nil {
			a.r.o.Log.Warn("closing a session", "journey", a.j.Name, "run", a.runID,
				"err", a.redactor.String(err.Error()))
		}
	}
	a.sessions, a.active = nil, nil
}

func closeOne(ctx context.Context, s Session) (err error) {
	ctx, cancel := context.WithTimeout(ctx, closeTime)
	defer func() {
		cancel()
		if p := recover(); p != nil {
			err = panicked(p)
		}
	}()
	return s.Close(ctx)
}
