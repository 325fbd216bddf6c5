package probes

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// leastSecret is the length from which a value of a saved session is taken for a secret: shorter ones are languages,
// currencies and numbers, which stand everywhere.
const leastSecret = 16

// Sessions are what journeys have signed in for others. They are in memory only, and gone with the process: then the
// next run signs in anew. It is safe for use by several runs.
type Sessions struct {
	mu   sync.Mutex
	kept map[string]kept
	// turns let one run sign in while others wait.
	turns map[string]chan struct{}
}

// kept is a session and the time to which it is good.
type kept struct {
	cookies []Cookie
	// storage is the local storage by origin.
	storage map[string]map[string]string
	until   time.Time
}

// Storer is a session that has a browser's local storage, by origin. SetStorage adds to it as pages of an origin open.
type Storer interface {
	Storage(ctx context.Context) (map[string]map[string]string, error)
	SetStorage(ctx context.Context, storage map[string]map[string]string) error
}

// NewSessions knows none.
func NewSessions() *Sessions {
	return &Sessions{kept: map[string]kept{}, turns: map[string]chan struct{}{}}
}

func (s *Sessions) get(name string) (kept, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kept[name]
	return k, ok && time.Now().Before(k.until)
}

func (s *Sessions) put(name string, k kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[name] = k
}

// drop forgets a session that did not serve: the next attempt signs in anew.
func (s *Sessions) drop(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, name)
}

func (s *Sessions) turn(name string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.turns[name] == nil {
		s.turns[name] = make(chan struct{}, 1)
	}
	return s.turns[name]
}

// secrets are the values of a session that must be seen nowhere.
func (k kept) secrets() []string {
	var all []string
	var visit func(v any)
	visit = func(v any) {
		switch v := v.(type) {
		case string:
			if len(v) >= leastSecret {
				all = append(all, v)
			}
		case []any:
			for _, item := range v {
				visit(item)
			}
		case map[string]any:
			for _, item := range v {
				visit(item)
			}
		}
	}
	for _, c := range k.cookies {
		visit(c.Value)
	}
	for _, values := range k.storage {
		for _, text := range values {
			var inner any
			if json.Unmarshal([]byte(text), &inner) != nil {
				inner = text
			}
			visit(inner)
		}
	}
	return all
}

// hide has the redactor know a session's secrets.
func (k kept) hide(r *Redactor, name string) {
	for _, value := range k.secrets() {
		r.Add("session "+name, value)
	}
}

// signIn gives the session that a journey begins with. Where none is good any more, the journey that saves it is run
// first, once for all who wait; that is no part of the journey's own time. The attempt is what comes of it when that failed.
func (r *Runner) signIn(ctx context.Context, j *journeys.Journey, id identity) (*kept, *Attempt) {
	if j.Session == nil || j.Session.Use == "" {
		return nil, nil
	}
	name, begun := j.Session.Use, time.Now()
	failed := func(f *Failure, e *Evidence, outcome Outcome) (*kept, *Attempt) {
		step := StepResult{Name: "Sign in", Verb: "session", Status: StepFailed, Failure: f, Duration: time.Since(begun)}
		return nil, &Attempt{Number: id.number, StartedAt: wall(begun), Outcome: outcome, Step: step.Name, Failure: f, Steps: []StepResult{step}, Evidence: e}
	}
	if k, ok := r.o.Sessions.get(name); ok {
		return &k, nil
	}
	turn := r.o.Sessions.turn(name)
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return failed(cancelled("while it waited to sign in"), nil, Error)
	}
	if k, ok := r.o.Sessions.get(name); ok {
		return &k, nil
	}
	var saver *journeys.Journey
	if r.o.Saver != nil {
		saver = r.o.Saver(name)
	}
	if saver == nil {
		return failed(&Failure{Reason: Config, Message: fmt.Sprintf("no journey saves the session %q", name)}, nil, Error)
	}
	quiet := r.o
	quiet.Observe = nil
	done := (&Runner{o: quiet, control: r.control}).attempt(ctx, saver, id)
	if k, ok := r.o.Sessions.get(name); ok {
		return &k, nil
	}
	f := done.Failure
	if f == nil {
		f = &Failure{Reason: Internal, Message: "it saved nothing"}
	}
	told := *f
	told.Message = fmt.Sprintf("signing in as the journey %q does failed at %q: %s", saver.Name, done.Step, f.Message)
	outcome := Failed
	if f.Reason.Ours() {
		outcome = Error
	}
	none, unable := failed(&told, done.Evidence, outcome)
	unable.Requests = done.Requests
	return none, unable
}

// saveSession keeps what the journey has signed in to. A journey that leaves nothing has not signed in.
func (a *attempt) saveSession(ctx context.Context) {
	s := a.j.Session
	if s == nil || s.Save == "" {
		return
	}
	begun := time.Now()
	ctx, cancel := context.WithTimeout(ctx, a.r.o.StepTimeout)
	defer cancel()
	k := kept{storage: map[string]map[string]string{}, until: time.Now().Add(s.For)}
	var err error
	if a.active != nil && a.active.failed == nil {
		k.cookies, err = a.active.Cookies(ctx)
	}
	for _, open := range a.sessions {
		storer, ok := open.Session.(Storer)
		if !ok || open.failed != nil || err != nil {
			continue
		}
		k.storage, err = storer.Storage(ctx)
	}
	var f *Failure
	switch {
	case err != nil:
		f = explain(ctx, ctx, fmt.Errorf("saving the session: %w", err), func() *Failure {
			return &Failure{Reason: Resources, Message: "the session was not saved in time"}
		})
	case len(k.cookies)+len(k.storage) == 0:
		f = &Failure{Reason: Assertion, Message: "there is no session to save: the journey left no cookie and nothing in local storage", Expected: "a session", Got: "nothing"}
	default:
		k.hide(a.redactor, s.Save)
		a.r.o.Sessions.put(s.Save, k)
		return
	}
	a.add(StepResult{Name: "save session", Verb: "session", Status: StepFailed, Failure: cleanFailure(a.redactor, f), Offset: begun.Sub(a.begun), Duration: time.Since(begun)})
}

// beginSignedIn gives a session that has just been opened what was saved: the cookies to the first, which shares them
// with the others, and the local storage to browsers.
func (a *attempt) beginSignedIn(ctx context.Context, opened Session) error {
	k := a.signedIn
	if k == nil {
		return nil
	}
	if len(a.sessions) == 0 {
		if err := opened.SetCookies(ctx, k.cookies); err != nil {
			return err
		}
	}
	if storer, ok := opened.(Storer); ok && len(k.storage) > 0 {
		return storer.SetStorage(ctx, k.storage)
	}
	return nil
}
