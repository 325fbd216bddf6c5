package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/chromedp/cdproto"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/page"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
	"github.com/outrider-monitor/outrider/probes/browser/witness"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// session is one attempt in the browser. It is a [probes.Session].
type session struct {
	tab     *tab
	options probes.SessionOptions
	// begun is when the latest step began; what the page did before is not its doing.
	begun time.Time
	// step is the latest step; since is when the last one before it began that did something.
	step  *journeys.Step
	since time.Time
	// awaiting is the latest step, if it waits for an answer.
	awaiting  *traffic.Awaiting
	sensitive bool
	result    any // of the latest eval
	hasResult bool
	// vain is what the latest look at the page saw nothing of.
	vain *journeys.Locator
	file map[string]any // that the step under way has downloaded
	film witness.Film
}

// Do performs a step's action. A page that closes its tab gives way to the tab that opened it: what it was closed by is
// done, what was still waiting for something waits for it there.
func (s *session) Do(ctx context.Context, call probes.Call) (probes.Done, error) {
	if s.step != nil && s.step != call.Step && !onlyLooks(s.step.Action) {
		s.since = s.begun
	}
	s.begun, s.step, s.sensitive, s.hasResult, s.awaiting = time.Now(), call.Step, call.Step.Sensitive, false, nil
	for {
		s.follow()
		t := s.tab
		done, err := s.try(ctx, t, call)
		switch {
		case err == nil || !t.left():
			return done, err
		case t.Acted.Load():
			return done, nil
		}
	}
}

// left reports whether the tab has closed and another one is there to look at.
func (t *tab) left() bool { return t.Closed.Load() && t.window.after(t) != nil }

// try performs the action in one tab.
func (s *session) try(ctx context.Context, t *tab, call probes.Call) (probes.Done, error) {
	t.eye.LearnMask(ctx, call.Scope, s.options.Journey.Mask)
	t.Traffic.Learn(ctx, call.Scope)
	t.BeginSpan(call.Step.Name)
	t.Acted.Store(false)
	ctx, end := t.Step(ctx)
	defer end()
	err := s.learnOrders(ctx, call.Scope)
	if err == nil {
		err = t.expect(ctx, call.Scope, call.Step.Dialog)
	}
	var done probes.Done
	if err == nil {
		if want := call.Step.Download; want != nil {
			t.window.downloads.Expect(want)
		}
		stop := s.filmWhile(ctx, t, call.Step)
		done, err = s.act(ctx, call)
		stop()
	}
	if err == nil {
		err = s.dialogMet(ctx, t)
	}
	if err == nil {
		err = s.downloaded(ctx, call.Scope, call.Step.Download)
	}
	if err != nil {
		// Before the end of the step's context, which would look like a run that was stopped.
		err = s.failure(ctx, err)
	}
	return done, err
}

// onlyLooks reports whether an action sets nothing going.
func onlyLooks(a journeys.Action) bool {
	switch a.(type) {
	case *journeys.See, *journeys.Gone, *journeys.WaitForURL, *journeys.WaitForResponse, *journeys.Screenshot, *journeys.SwitchTab:
		return true
	}
	return false
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
		err = t.along(ctx, -1)
	case *journeys.Forward:
		err = t.along(ctx, +1)
	case *journeys.SetBrowser:
		if err = t.change(ctx, a.Conditions); err == nil {
			err = s.remock(ctx, scope, a.Mock)
		}
	case *journeys.SwitchTab:
		err = s.switchTab(ctx, scope, a)
	case *journeys.CloseTab:
		err = s.closeTab(ctx)
	case *journeys.WaitForURL:
		var url string
		if url, err = text(a.URL); err == nil {
			err = cmp.Or(t.waitForURL(ctx, url), t.onNoPage())
		}
	case *journeys.WaitForResponse:
		err = s.waitForResponse(ctx, scope, call.Step, a)
	case *journeys.Eval:
		var script string
		if script, err = text(a.Script); err == nil {
			err = s.eval(ctx, script)
		}
	case *journeys.Screenshot:
		var name string
		if name, err = text(a.Name); err == nil {
			done.Artifact, err = s.tab.eye.Picture(ctx, name)
		}
	case *journeys.FillForm:
		err = s.fillForm(ctx, scope, a)
	default:
		done.Drift, err = s.actOn(ctx, call)
	}
	return done, err
}

// eval runs the author's script in the page, as the page's own scripts run.
func (s *session) eval(ctx context.Context, script string) error {
	t := s.tab
	if err := t.Until(ctx, func() bool { return !t.Navigating() }); err != nil {
		return err
	}
	t.Acted.Store(true)
	res, err := t.Evaluate(ctx, page.EvaluateParams{Expression: script, Await: true, ByValue: true, Gesture: true})
	if unsaid := (*cdproto.Error)(nil); errors.As(err, &unsaid) && (strings.Contains(unsaid.Message, "reference chain") || strings.Contains(unsaid.Message, "by value")) {
		return nil // it ran, and gave what is no data, such as a window or what jQuery gives: its result is missing
	}
	if err != nil {
		return err
	}
	if thrown := res.Thrown(); thrown != "" {
		return &probes.Failure{Reason: probes.Script, Message: "eval: " + redact.Cut(thrown, 1000), Expected: "a value", Got: redact.Cut(thrown, 300)}
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
func (s *session) Scope(ctx context.Context) (journeys.Names, journeys.PageFuncs, error) {
	for {
		s.follow()
		t := s.tab
		values, funcs, err := s.scope(ctx, t)
		if err == nil || !t.left() {
			return values, funcs, err
		}
	}
}

func (s *session) scope(outer context.Context, t *tab) (journeys.Names, journeys.PageFuncs, error) {
	ctx, end := t.Step(outer)
	defer end()
	if l := s.awaiting; l != nil {
		t.Lock()
		defer t.Unlock()
		return journeys.Values(l.Values()), nil, nil
	}
	if err := t.Until(ctx, func() bool { return !t.Navigating() }); err != nil {
		return nil, nil, s.failure(ctx, err)
	}
	t.Lock()
	defer t.Unlock()
	if fault := t.brokenPage(); fault != nil {
		return nil, nil, fault
	}
	s.vain = nil
	values := journeys.Values{"url": t.Main.URL, "title": func() (any, error) { return s.title(outer) }}
	if s.hasResult {
		values["result"] = s.result
	}
	if s.file != nil {
		values["download"] = s.file
	}
	return values, &functions{s}, nil
}

// title asks for the page's title: only expressions that want it pay for it.
func (s *session) title(outer context.Context) (string, error) {
	t := s.tab
	ctx, end := t.Step(outer)
	defer end()
	var title string
	err := t.Ask(ctx, t.MainFrame, "title", func() any { return nil }, &title)
	if err != nil && t.left() {
		s.follow()
		return s.title(outer)
	}
	return title, s.failure(ctx, err)
}

// Changed waits until something in the page changes. Frames are not watched: their changes are found by
// looking again, soon.
func (s *session) Changed(ctx context.Context) error {
	s.follow()
	t := s.tab
	ctx, end := t.Step(ctx)
	defer end()
	if s.awaiting != nil {
		if err := t.Until(ctx, s.awaiting.More); err != nil {
			return s.failure(ctx, err)
		}
		return nil
	}
	t.Lock()
	commits, inPlace := t.Main.Commits, t.Main.InPlace
	t.Unlock()
	moved, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		_ = t.Until(moved, func() bool { return t.Main.Commits > commits || t.Main.InPlace > inPlace })
		stop()
	}()
	var changed bool
	err := t.AskOnce(moved, t.MainFrame, "changed", 250, &changed)
	if err != nil && t.left() {
		return nil
	}
	if err != nil && ctx.Err() == nil && (page.Replaced(err) || moved.Err() != nil) {
		return nil
	}
	if err != nil {
		return s.failure(ctx, err)
	}
	return nil
}

// Close ends the session.
func (s *session) Close(ctx context.Context) error {
	defer s.tab.Lease.Release()
	return s.tab.window.close(ctx)
}
