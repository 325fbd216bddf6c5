package probes_test

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// fake is a driver whose sessions do what the test says. Browser verbs and HTTP verbs each have one.
type fake struct {
	http bool
	// do is called for each Do; nil passes.
	do func(ctx context.Context, call probes.Call, nth int) (probes.Done, error)
	// open is called before each session; nil succeeds.
	open    func(ctx context.Context) error
	scope   func(ctx context.Context) (journeys.Names, journeys.PageFuncs, error)
	changed func(ctx context.Context) error
	// diagnose, evidence and closing are called if set.
	diagnose func(ctx context.Context, f *probes.Failure) *probes.Failure
	evidence func(ctx context.Context, name string, e *probes.Evidence)
	closing  func(ctx context.Context) error

	mu       sync.Mutex
	calls    []string
	sessions []*fakeSession
}

type fakeSession struct {
	*fake
	options probes.SessionOptions
	cookies []probes.Cookie
	closed  bool
}

func (d *fake) Handles(a journeys.Action) bool { return journeys.IsBrowser(a) != d.http }

func (d *fake) Open(ctx context.Context, o probes.SessionOptions) (probes.Session, error) {
	if d.open != nil {
		if err := d.open(ctx); err != nil {
			return nil, err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := &fakeSession{fake: d, options: o}
	d.sessions = append(d.sessions, s)
	return s, nil
}

func (s *fakeSession) Do(ctx context.Context, call probes.Call) (probes.Done, error) {
	s.mu.Lock()
	s.calls = append(s.calls, call.Step.Name)
	nth := 0
	for _, name := range s.calls {
		if name == call.Step.Name {
			nth++
		}
	}
	s.mu.Unlock()
	if s.do == nil {
		return probes.Done{}, nil
	}
	return s.do(ctx, call, nth)
}

func (s *fakeSession) Scope(ctx context.Context) (journeys.Names, journeys.PageFuncs, error) {
	if s.scope == nil {
		return journeys.Values{}, nil, nil
	}
	return s.scope(ctx)
}

func (s *fakeSession) Changed(ctx context.Context) error {
	if s.changed == nil {
		return probes.ErrStatic
	}
	return s.changed(ctx)
}

func (s *fakeSession) Cookies(context.Context) ([]probes.Cookie, error) { return s.cookies, nil }

func (s *fakeSession) SetCookies(_ context.Context, cookies []probes.Cookie) error {
	s.cookies = slices.Clone(cookies)
	return nil
}

func (s *fakeSession) Diagnose(ctx context.Context, f *probes.Failure) *probes.Failure {
	if s.diagnose == nil {
		return f
	}
	return s.diagnose(ctx, f)
}

func (s *fakeSession) Evidence(ctx context.Context, name string, e *probes.Evidence) {
	if s.evidence != nil {
		s.evidence(ctx, name, e)
	}
}

func (s *fakeSession) Close(ctx context.Context) error {
	s.closed = true
	if s.closing != nil {
		return s.closing(ctx)
	}
	return nil
}

// step makes a browser step; get makes an HTTP step.
func step(name string) journeys.Step { return journeys.Step{Name: name, Action: &journeys.Click{}} }
func get(name string) journeys.Step {
	return journeys.Step{Name: name, Action: &journeys.Request{Method: "GET"}}
}

func journey(steps ...journeys.Step) *journeys.Journey {
	return &journeys.Journey{Name: "checkout", Team: "payments", Steps: steps}
}

// run runs a journey with the default options.
func run(t *testing.T, j *journeys.Journey, drivers ...probes.Driver) probes.Result {
	t.Helper()
	return runWith(t, probes.Options{}, j, probes.Request{}, drivers...)
}

func runWith(
	t *testing.T, o probes.Options, j *journeys.Journey, req probes.Request, drivers ...probes.Driver,
) probes.Result {
	t.Helper()
	o.Drivers = drivers
	res := probes.NewRunner(o).Run(t.Context(), j, req)
	checkSound(t, res)
	return res
}

// checkSound holds every result to what must be true of all.
func checkSound(t *testing.T, res probes.Result) {
	t.Helper()
	if (res.Outcome == probes.Passed) != (res.Failure == nil) {
		t.Errorf("outcome %s with failure %v", res.Outcome, res.Failure)
	}
	if res.Failure != nil && res.Outcome != probes.Degraded && res.Failure.Reason.Ours() != (res.Outcome == probes.Error) {
		t.Errorf("outcome %s for the reason %s", res.Outcome, res.Failure.Reason)
	}
	if len(res.Attempts) == 0 || res.RunID == "" || res.EndedAt.Before(res.StartedAt) {
		t.Errorf("unsound result: %+v", res)
	}
	if !res.Outcome.Good() && res.Published != nil {
		t.Error("a run that is not good published something")
	}
}

// statuses lists what became of the steps of the last attempt.
func statuses(res probes.Result) []probes.StepStatus {
	var list []probes.StepStatus
	for _, s := range res.Last().Steps {
		list = append(list, s.Status)
	}
	return list
}

func wantOutcome(t *testing.T, res probes.Result, outcome probes.Outcome, reason probes.Reason, step string) {
	t.Helper()
	var got probes.Reason
	if res.Failure != nil {
		got = res.Failure.Reason
	}
	if res.Outcome != outcome || got != reason || res.Step != step {
		t.Errorf("got %s, %s in step %q (%v), want %s, %s in step %q",
			res.Outcome, got, res.Step, res.Failure, outcome, reason, step)
	}
}

func wantStatuses(t *testing.T, res probes.Result, want ...probes.StepStatus) {
	t.Helper()
	if got := statuses(res); !slices.Equal(got, want) {
		t.Errorf("got the steps %v, want %v", got, want)
	}
}

// failing makes a step fail with a reason whenever it has this name.
func failing(name string, reason probes.Reason) func(context.Context, probes.Call, int) (probes.Done, error) {
	return func(_ context.Context, call probes.Call, _ int) (probes.Done, error) {
		if call.Step.Name == name {
			return probes.Done{}, &probes.Failure{Reason: reason, Message: name + " does not work"}
		}
		return probes.Done{}, nil
	}
}

// hang waits until its context ends and says which obstacle it saw last, as drivers do.
func hang(ctx context.Context, _ probes.Call, _ int) (probes.Done, error) {
	<-ctx.Done()
	return probes.Done{}, &probes.Failure{Reason: probes.Locator, Message: "no button \"Pay\" within the time"}
}

// takes makes every step take a while.
func takes(d time.Duration) func(context.Context, probes.Call, int) (probes.Done, error) {
	return func(ctx context.Context, _ probes.Call, _ int) (probes.Done, error) {
		select {
		case <-time.After(d):
			return probes.Done{}, nil
		case <-ctx.Done():
			return probes.Done{}, ctx.Err()
		}
	}
}

// dump writes a result as it is stored.
func dump(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
