package browser

import (
	"context"
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
)

// functions are the page functions of expressions. They answer at once: waiting is the runner's.
type functions struct{ s *session }

// Text gives the text of the one visible element that matches.
func (f *functions) Text(ctx context.Context, l journeys.Locator) (string, error) {
	a, err := f.read(ctx, "text", l, inpage.Query{Want: inpage.Text})
	return a.Text, err
}

// Value gives what a field holds.
func (f *functions) Value(ctx context.Context, l journeys.Locator) (string, error) {
	a, err := f.read(ctx, "value", l, inpage.Query{Want: inpage.Value})
	return a.Text, err
}

// Attr gives an attribute; one that is not there is missing.
func (f *functions) Attr(ctx context.Context, l journeys.Locator, name string) (string, error) {
	a, err := f.read(ctx, "attr", l, inpage.Query{Want: inpage.Attr, Attr: name})
	return a.Text, err
}

// Count gives the number of visible elements that match, in part or as a whole.
func (f *functions) Count(ctx context.Context, l journeys.Locator) (int, error) {
	a, err := f.read(ctx, "count", l, inpage.Query{Want: inpage.Count})
	f.vain(l, err == nil && a.Count == 0)
	return a.Count, err
}

// Visible reports whether anything that matches is visible.
func (f *functions) Visible(ctx context.Context, l journeys.Locator) (bool, error) {
	a, err := f.read(ctx, "visible", l, inpage.Query{Want: inpage.Visible})
	f.vain(l, err == nil && !a.Visible)
	return a.Visible, err
}

// vain notes that nothing was seen of what an expression asked for, so that a failure can say what is there instead.
func (f *functions) vain(l journeys.Locator, nothing bool) {
	if nothing {
		f.s.vain = &l
	}
}

// Checked reports the state of a checkbox, a radio button or a switch; of anything else it is missing.
func (f *functions) Checked(ctx context.Context, l journeys.Locator) (bool, error) {
	a, err := f.read(ctx, "checked", l, inpage.Query{Want: inpage.Checked})
	return a.State, err
}

// Enabled reports whether the one visible element that matches can be operated.
func (f *functions) Enabled(ctx context.Context, l journeys.Locator) (bool, error) {
	a, err := f.read(ctx, "enabled", l, inpage.Query{Want: inpage.Enabled, Act: true})
	return a.State, err
}

// InView reports whether some of the one visible element that matches is on the screen now.
func (f *functions) InView(ctx context.Context, l journeys.Locator) (bool, error) {
	a, err := f.read(ctx, "in_view", l, inpage.Query{Want: inpage.InView})
	return a.State, err
}

func (f *functions) read(outer context.Context, name string, l journeys.Locator, q inpage.Query) (inpage.Answer, error) {
	t := f.s.tab
	ctx, end := t.Step(outer)
	defer end()
	a, err := locate.NewAlternative(ctx, &journeys.Scope{}, &l)
	if err != nil {
		return inpage.Answer{}, err
	}
	answer, err := t.ReadAt(ctx, a, q)
	if err != nil && t.left() {
		f.s.follow()
		return f.read(outer, name, l, q)
	}
	if err != nil {
		return answer, f.s.failure(ctx, err)
	}
	if answer.OK {
		return answer, nil
	}
	what := fmt.Sprintf("%s(%q)", name, l.String())
	if strings.HasPrefix(l.String(), "{") {
		what = fmt.Sprintf("%s(%s)", name, l.String())
	}
	switch answer.Kind {
	case "none":
		return answer, &journeys.MissingError{What: what, Why: answer.Why}
	case "many":
		return answer, &probes.Failure{
			Reason: probes.Locator, Message: what + ": " + answer.Why, Expected: "one match", Got: answer.Why,
		}
	case "wrong":
		return answer, &probes.Failure{Reason: probes.Config, Message: what + ": " + answer.Why}
	}
	return answer, fmt.Errorf("%s: %s", what, strings.TrimSpace(answer.Why))
}
