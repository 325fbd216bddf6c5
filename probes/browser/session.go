package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
)

// session is one attempt in the browser. It is a [probes.Session].
type session struct {
	tab     *tab
	options probes.SessionOptions
	// begun is when the latest step began; what the page did before is not its doing.
	begun     time.Time
	sensitive bool
	result    any // of the latest eval
	hasResult bool
}

// Do performs a step's action.
func (s *session) Do(ctx context.Context, call probes.Call) (probes.Done, error) {
	s.begun, s.sensitive, s.hasResult = time.Now(), call.Step.Sensitive, false
	ctx, end := s.tab.step(ctx)
	defer end()
	done, err := s.act(ctx, call)
	if err != nil {
		// Before the end of the step's context, which would look like a run that was stopped.
		err = s.failure(ctx, err)
	}
	return done, err
}

// step gives a context for one step's action, which the loss of the page ends too.
func (t *tab) step(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	t.mu.Lock()
	t.abort = cancel
	t.mu.Unlock()
	if t.ctx.Err() != nil {
		cancel(context.Cause(t.ctx))
	}
	return ctx, func() {
		t.mu.Lock()
		t.abort = func(error) {}
		t.mu.Unlock()
		cancel(context.Canceled)
	}
}

func (s *session) act(ctx context.Context, call probes.Call) (done probes.Done, err error) {
	t, scope := s.tab, call.Scope
	text := func(tpl journeys.Template) (string, error) { return tpl.Text(ctx, scope) }
	switch a := call.Step.Action.(type) {
	case *journeys.Goto:
		var url string
		if url, err = text(a.URL); err == nil {
			err = t.goTo(ctx, url)
		}
	case *journeys.Reload:
		err = t.reload(ctx)
	case *journeys.Back:
		err = t.back(ctx)
	case *journeys.WaitForURL:
		var url string
		if url, err = text(a.URL); err == nil {
			err = cmp.Or(t.waitForURL(ctx, url), t.onBrokenPage())
		}
	case *journeys.Eval:
		var script string
		if script, err = text(a.Script); err == nil {
			err = s.eval(ctx, script)
		}
	case *journeys.Screenshot:
		var name string
		if name, err = text(a.Name); err == nil {
			done.Artifact, err = s.picture(ctx, name)
		}
	case *journeys.FillForm:
		err = s.fillForm(ctx, scope, a)
	default:
		done.Drift, err = s.actOn(ctx, call)
	}
	return done, err
}

// actOn does the verbs that are about an element.
func (s *session) actOn(ctx context.Context, call probes.Call) (drift string, err error) {
	t, verb := s.tab, call.Step.Action.Verb()
	locators := targetOf(call.Step.Action)
	if p, ok := call.Step.Action.(*journeys.Press); ok && len(locators) == 0 {
		return "", s.pressKey(ctx, call.Scope, p)
	}
	tg, err := newSubject(ctx, call.Scope, locators)
	if err != nil {
		return "", err
	}
	var f found
	reason := probes.Locator
	switch a := call.Step.Action.(type) {
	case *journeys.Click:
		drift, _, err = t.click(ctx, tg, gesture{verb, 1}, inpage.Query{})
	case *journeys.DblClick:
		drift, _, err = t.click(ctx, tg, gesture{verb, 2}, inpage.Query{})
	case *journeys.Hover:
		drift, _, err = t.click(ctx, tg, gesture{verb, 0}, inpage.Query{})
	case *journeys.Fill:
		drift, err = s.fill(ctx, call.Scope, tg, a.With)
	case *journeys.Clear:
		drift, err = t.fill(ctx, tg, "", false)
	case *journeys.Select:
		var option string
		if option, err = a.Option.Text(ctx, call.Scope); err == nil {
			f, err = t.wait(ctx, tg, inpage.Query{Want: inpage.Select, Act: true, Text: option})
			drift = f.drift
		}
	case *journeys.Check:
		drift, err = t.setChecked(ctx, tg, true)
	case *journeys.Uncheck:
		drift, err = t.setChecked(ctx, tg, false)
	case *journeys.Press:
		if f, err = t.wait(ctx, tg, inpage.Query{Want: inpage.Focus, Act: true}); err == nil {
			drift, err = f.drift, s.pressKey(ctx, call.Scope, a)
		}
	case *journeys.ScrollTo:
		f, err = t.wait(ctx, tg, inpage.Query{Want: inpage.Scroll})
		drift = f.drift
	case *journeys.See:
		reason = probes.Assertion
		f, err = t.wait(ctx, tg, inpage.Query{Want: inpage.See})
		drift, err = f.drift, cmp.Or(err, t.onBrokenPage())
	case *journeys.Gone:
		reason = probes.Assertion
		_, err = t.wait(ctx, tg, inpage.Query{Want: inpage.Gone})
		err = cmp.Or(err, t.onBrokenPage())
	default:
		err = &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("the browser cannot do %q steps", verb)}
	}
	return drift, refuse(verb, tg, reason, err)
}

func targetOf(a journeys.Action) journeys.Locators {
	switch a := a.(type) {
	case *journeys.Click:
		return a.Target
	case *journeys.DblClick:
		return a.Target
	case *journeys.Hover:
		return a.Target
	case *journeys.Fill:
		return a.Target
	case *journeys.Clear:
		return a.Target
	case *journeys.Select:
		return a.Target
	case *journeys.Check:
		return a.Target
	case *journeys.Uncheck:
		return a.Target
	case *journeys.Press:
		return a.Target
	case *journeys.ScrollTo:
		return a.Target
	case *journeys.See:
		return a.Target
	case *journeys.Gone:
		return a.Target
	}
	return nil
}

func (s *session) pressKey(ctx context.Context, scope *journeys.Scope, a *journeys.Press) error {
	key, err := a.Key.Text(ctx, scope)
	if err != nil {
		return err
	}
	if err := s.tab.until(ctx, s.tab.ready); err != nil {
		return err
	}
	if err := s.tab.press(ctx, key); err != nil {
		return err
	}
	// What the key set going is seen to have begun before the next step looks.
	var turned bool
	if err := s.tab.askOnce(ctx, s.tab.mainFrame, "changed", 1, &turned); err != nil && !replaced(err) {
		return err
	}
	return nil
}

func (s *session) fill(ctx context.Context, scope *journeys.Scope, tg subject, with journeys.Template) (string, error) {
	text, err := with.Text(ctx, scope)
	if err != nil {
		return "", err
	}
	return s.tab.fill(ctx, tg, text, s.secret(text))
}

// secret reports whether a text is not to be told or shown.
func (s *session) secret(text string) bool {
	if s.sensitive {
		return true
	}
	for _, v := range s.tab.options.Redactor.Values() {
		if v != "" && strings.Contains(text, v) {
			return true
		}
	}
	return false
}

func (s *session) fillForm(ctx context.Context, scope *journeys.Scope, a *journeys.FillForm) error {
	for _, field := range a.Fields {
		tg := subject{
			label: fmt.Sprintf("label=%s", field.Label),
			alts:  []alternative{{part: inpage.Part{Engine: string(journeys.ByLabel), Value: field.Label}}},
		}
		if _, err := s.fill(ctx, scope, tg, field.With); err != nil {
			return refuse("fill", tg, probes.Locator, err)
		}
	}
	return nil
}

// eval runs the author's script in the page, as the page's own scripts run.
func (s *session) eval(ctx context.Context, script string) error {
	t := s.tab
	if err := t.until(ctx, func() bool { return !t.navigating() }); err != nil {
		return err
	}
	var res evaluated
	err := t.call(ctx, "Runtime.evaluate", evaluateParams{Expression: script, Await: true, ByValue: true, Gesture: true}, &res)
	if err != nil {
		return err
	}
	if thrown := res.thrown(); thrown != "" {
		return &probes.Failure{Reason: probes.Script, Message: "eval: " + clip(thrown, 1000), Expected: "a value", Got: clip(thrown, 300)}
	}
	s.result, s.hasResult = nil, true
	switch v := res.Result; {
	case v.Number != "":
		s.result = number(v.Number)
	case len(v.Value) > 0:
		if err := json.Unmarshal(v.Value, &s.result); err != nil {
			return fmt.Errorf("reading the value of eval: %w", err)
		}
	}
	return nil
}

// number reads what JSON has no way to write.
func number(s string) any {
	switch s {
	case "NaN":
		return math.NaN()
	case "Infinity":
		return math.Inf(1)
	case "-Infinity":
		return math.Inf(-1)
	case "-0":
		return 0.0
	}
	return s
}

// Scope gives url, title, result, and the functions that look at the page.
func (s *session) Scope(ctx context.Context) (map[string]any, journeys.PageFuncs, error) {
	ctx, end := s.tab.step(ctx)
	defer end()
	t := s.tab
	if err := t.until(ctx, func() bool { return !t.navigating() }); err != nil {
		return nil, nil, s.failure(ctx, err)
	}
	var title string
	if err := t.ask(ctx, t.mainFrame, "title", func() any { return nil }, &title); err != nil {
		return nil, nil, s.failure(ctx, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if fault := t.brokenPage(); fault != nil {
		return nil, nil, fault
	}
	values := map[string]any{"url": t.main.url, "title": title}
	if s.hasResult {
		values["result"] = s.result
	}
	return values, &functions{s}, nil
}

// Changed waits until something in the page changes. Frames are not watched: their changes are found by
// looking again, soon.
func (s *session) Changed(ctx context.Context) error {
	ctx, end := s.tab.step(ctx)
	defer end()
	t := s.tab
	t.mu.Lock()
	commits, inPlace := t.main.commits, t.main.inPlace
	t.mu.Unlock()
	moved, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_ = t.until(moved, func() bool { return t.main.commits > commits || t.main.inPlace > inPlace })
		stop()
	}()
	var changed bool
	err := t.askOnce(moved, t.mainFrame, "changed", 250, &changed)
	if err != nil && ctx.Err() == nil && (replaced(err) || moved.Err() != nil) {
		return nil
	}
	if err != nil {
		return s.failure(ctx, err)
	}
	return nil
}

// Close ends the session.
func (s *session) Close(ctx context.Context) error {
	defer s.tab.lease.Release()
	return s.tab.close(ctx)
}
