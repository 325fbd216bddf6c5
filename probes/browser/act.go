package browser

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/hand"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// actOn does the verbs that are about an element.
func (s *session) actOn(ctx context.Context, call probes.Call) (drift string, err error) {
	t, verb := s.tab, call.Step.Action.Verb()
	locators := targetOf(call.Step.Action)
	if p, ok := call.Step.Action.(*journeys.Press); ok && len(locators) == 0 {
		return "", s.pressKey(ctx, call.Scope, p)
	}
	if w, ok := call.Step.Action.(*journeys.Scroll); ok && len(locators) == 0 {
		return t.Wheel(ctx, locate.Subject{}, w.By)
	}
	tg, err := locate.NewSubject(ctx, call.Scope, locators)
	if err != nil {
		return "", err
	}
	var f locate.Found
	reason := probes.Locator
	switch a := call.Step.Action.(type) {
	case *journeys.Click:
		drift, _, err = t.Click(ctx, tg, hand.NewGesture(1, a.Mouse), inpage.Query{Position: (*inpage.Offset)(a.Position)})
	case *journeys.DblClick:
		drift, _, err = t.Click(ctx, tg, hand.NewGesture(2, a.Mouse), inpage.Query{Position: (*inpage.Offset)(a.Position)})
	case *journeys.Hover:
		drift, _, err = t.Click(ctx, tg, hand.NewGesture(0, a.Mouse), inpage.Query{Position: (*inpage.Offset)(a.Position)})
	case *journeys.Fill:
		drift, err = s.fill(ctx, call.Scope, tg, a.With)
	case *journeys.Clear:
		drift, err = t.Fill(ctx, tg, "", false)
	case *journeys.Select:
		var texts []string
		if texts, err = textsOf(ctx, call.Scope, a.Options); err == nil {
			drift, err = t.SelectOptions(ctx, tg, texts)
		}
	case *journeys.Type:
		var text string
		if text, err = a.With.Text(ctx, call.Scope); err == nil {
			drift, err = t.TypeKeys(ctx, tg, text, a.Delay, s.secret(text))
		}
	case *journeys.Upload:
		var files []string
		if files, err = s.files(ctx, call.Scope, a.Files); err == nil {
			drift, err = t.Upload(ctx, tg, files)
		}
	case *journeys.Drag:
		var to locate.Subject
		if to, err = locate.NewSubject(ctx, call.Scope, a.To); err == nil {
			drift, err = t.Drag(ctx, tg, to)
		}
	case *journeys.Check:
		drift, err = t.SetChecked(ctx, tg, true)
	case *journeys.Uncheck:
		drift, err = t.SetChecked(ctx, tg, false)
	case *journeys.Press:
		if f, err = t.Wait(ctx, tg, inpage.Query{Want: inpage.Focus, Act: true}); err == nil {
			drift, err = f.Drift, s.pressKey(ctx, call.Scope, a)
		}
	case *journeys.Scroll:
		drift, err = t.Wheel(ctx, tg, a.By)
	case *journeys.ScrollTo:
		f, err = t.Wait(ctx, tg, inpage.Query{Want: inpage.Scroll})
		drift = f.Drift
	case *journeys.See:
		reason = probes.Assertion
		f, err = t.Wait(ctx, tg, inpage.Query{Want: inpage.See})
		drift, err = f.Drift, cmp.Or(err, t.onBrokenPage())
	case *journeys.Gone:
		reason = probes.Assertion
		_, err = t.Wait(ctx, tg, inpage.Query{Want: inpage.Gone})
		err = cmp.Or(err, t.onNoPage())
	default:
		err = &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("the browser cannot do %q steps", verb)}
	}
	return drift, locate.Refuse(verb, tg, reason, err)
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
	case *journeys.Type:
		return a.Target
	case *journeys.Upload:
		return a.Target
	case *journeys.Drag:
		return a.Target
	case *journeys.Check:
		return a.Target
	case *journeys.Uncheck:
		return a.Target
	case *journeys.Press:
		return a.Target
	case *journeys.Scroll:
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
	if err := s.tab.Until(ctx, s.tab.Ready); err != nil {
		return err
	}
	if err := s.tab.Press(ctx, key); err != nil {
		return err
	}
	// What the key set going is seen to have begun before the next step looks.
	var turned bool
	if err := s.tab.AskOnce(ctx, s.tab.MainFrame, "changed", 1, &turned); err != nil && !page.Replaced(err) {
		return err
	}
	return nil
}

func (s *session) fill(ctx context.Context, scope *journeys.Scope, tg locate.Subject, with journeys.Template) (string, error) {
	text, err := with.Text(ctx, scope)
	if err != nil {
		return "", err
	}
	return s.tab.Fill(ctx, tg, text, s.secret(text))
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
		tg := locate.ByLabel(field.Label)
		if _, err := s.fill(ctx, scope, tg, field.With); err != nil {
			return locate.Refuse("fill", tg, probes.Locator, err)
		}
	}
	return nil
}

func textsOf(ctx context.Context, scope *journeys.Scope, templates []journeys.Template) ([]string, error) {
	texts := make([]string, len(templates))
	for i, template := range templates {
		var err error
		if texts[i], err = template.Text(ctx, scope); err != nil {
			return nil, err
		}
	}
	return texts, nil
}
