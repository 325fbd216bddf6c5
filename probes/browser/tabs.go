package browser

import (
	"context"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/page"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// switchTab turns to the tab that a step means, as soon as there is one and it has loaded.
func (s *session) switchTab(ctx context.Context, scope *journeys.Scope, a *journeys.SwitchTab) error {
	title, err := a.Title.Text(ctx, scope)
	if err != nil {
		return err
	}
	url, err := a.URL.Text(ctx, scope)
	if err != nil {
		return err
	}
	either, err := a.Either.Text(ctx, scope)
	if err != nil {
		return err
	}
	var next *tab
	var open []openTab
	for next == nil {
		now, err := s.openTabs(ctx)
		if err == nil {
			open = now
			next = choose(open, a, title, url, either)
		}
		if next == nil && (err != nil && ctx.Err() == nil || !page.Pause(ctx, page.Tick)) {
			return s.noTab(ctx, open, a, title, url, either, err)
		}
	}
	s.look(next)
	next.eye.LearnMask(ctx, scope, s.options.Journey.Mask)
	if err := next.Call(ctx, "Page.bringToFront", nil, nil); err != nil {
		return err
	}
	var fault *probes.Failure
	err = next.Until(ctx, func() bool {
		if next.Closed.Load() {
			return true
		}
		if next.Navigating() {
			return false
		}
		fault = next.documentFault()
		return fault != nil || next.Ready() && next.documentComplete()
	})
	if err != nil {
		return next.slow(ctx, next.Address(), err)
	}
	if next.Closed.Load() {
		return &probes.Failure{
			Reason: probes.Navigation, Message: fmt.Sprintf("the tab at %s closed while it was turned to", next.Address()),
			Expected: "a tab that stays open", Got: "one that closed itself",
		}
	}
	if fault != nil {
		return fault
	}
	return nil
}

// openTab is a tab with what people know it by.
type openTab struct {
	*tab
	title, url string
}

// openTabs asks the browser for all titles at once.
func (s *session) openTabs(ctx context.Context) ([]openTab, error) {
	w := s.tab.window
	res, err := cdp.Call(ctx, w.lease.Root, target.GetTargets, target.GetTargetsParams{})
	if err != nil {
		return nil, err
	}
	var open []openTab
	for _, t := range w.tabs() {
		o := openTab{tab: t, url: t.Address()}
		for _, info := range res.TargetInfos {
			if info.TargetID == t.TargetID {
				o.title = info.Title
			}
		}
		open = append(open, o)
	}
	return open, nil
}

// choose finds the tab that is meant; of several the one that was opened last.
func choose(open []openTab, a *journeys.SwitchTab, title, url, either string) (found *tab) {
	for i, o := range open {
		var is bool
		switch {
		case a.New:
			is = !o.seen
		case a.Number != nil:
			is = i == *a.Number
		case either != "":
			is = address.Matches(either, o.title) || address.Matches(either, o.url)
		default:
			is = (title == "" || address.Matches(title, o.title)) && (url == "" || address.Matches(url, o.url))
		}
		if is {
			found = o.tab
		}
	}
	return found
}

// noTab says what was wanted and which tabs there are.
func (s *session) noTab(ctx context.Context, open []openTab, a *journeys.SwitchTab, title, url, either string, err error) error {
	if err != nil && ctx.Err() == nil {
		return err
	}
	var names []string
	for i, o := range open {
		names = append(names, fmt.Sprintf("%d %q at %s", i, redact.Cut(o.title, 80), redact.Cut(o.url, 200)))
	}
	f := &probes.Failure{Reason: probes.Navigation, Err: err, Got: "tabs: " + strings.Join(names, "; ")}
	switch {
	case a.New:
		f.Message, f.Expected = "no new tab was opened", "a new tab"
	case a.Number != nil:
		f.Message, f.Expected = fmt.Sprintf("there is no tab %d", *a.Number), fmt.Sprintf("tab %d", *a.Number)
	case either != "":
		f.Message, f.Expected = fmt.Sprintf("no tab has the title or the URL %q", either), either
	case title == "":
		f.Message, f.Expected = fmt.Sprintf("no tab has the URL %q", url), url
	default:
		f.Message, f.Expected = fmt.Sprintf("no tab has the title %q", title), title
	}
	f.Message += "; open are " + strings.Join(names, "; ")
	return f
}

// closeTab closes the tab and turns to the one that is left.
func (s *session) closeTab(ctx context.Context) error {
	t := s.tab
	if len(t.window.tabs()) < 2 {
		return &probes.Failure{Reason: probes.Config, Message: "this is the only tab: closing it would end the journey", Expected: "another tab", Got: "none"}
	}
	err := t.Lease.Root.Call(ctx, "Target.closeTarget", map[string]any{"targetId": string(t.TargetID)}, nil)
	if err != nil && !t.Closed.Load() {
		return err
	}
	// The step's context ends with the tab: what is waited for is seen from the one that is left.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), page.LastTime)
	defer cancel()
	if err := t.window.after(t).Until(last, t.Closed.Load); err != nil {
		return err
	}
	s.follow()
	return nil
}
