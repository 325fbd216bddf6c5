package format

import (
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// checkStep finds what is wrong between the keys of one step.
func (p *parser) checkStep(d *draft, m *document.Map) {
	s := d.Step
	if s.Retry != nil && s.Timeout > 0 && s.Retry.For > s.Timeout {
		p.r.Problem(m.Get("retry"), fmt.Sprintf("tries for %s, longer than the step's timeout of %s", short(s.Retry.For), short(s.Timeout)), "")
	}
	if s.Retry != nil && s.Retry.For > 0 && s.Retry.Every > s.Retry.For {
		p.r.Problem(m.Get("retry"), fmt.Sprintf("tries every %s, but only for %s", short(s.Retry.Every), short(s.Retry.For)), "")
	}
	if s.Budget.Time > 0 && s.Timeout > 0 && s.Budget.Time >= s.Timeout {
		p.r.Problem(m.Get("budget"), fmt.Sprintf("the budget of %s is not below the step's timeout of %s", short(s.Budget.Time), short(s.Timeout)),
			"a step over its timeout has failed; one over its budget is degraded")
	}
}

// checkJourney finds what is wrong between the keys of one journey.
func (p *parser) checkJourney(m *document.Map) {
	j := p.journey
	if m.Has("every") && m.Has("cron") {
		p.r.Conflict(m.KeyPos("cron"), "", "every and cron are two schedules", "use one", document.Related{Pos: m.KeyPos("every"), Message: "every is here"})
	}
	if m.Has("timezone") && !m.Has("cron") && len(j.Alert.Severity.Hours)+len(j.Alert.Degraded.Severity.Hours) == 0 {
		p.r.ProblemAt(m.KeyPos("timezone"), "", "timezone goes with cron, or with a severity by hours", "")
	}
	if j.Schedule.Every > 0 && j.Timeout > j.Schedule.Every {
		n := m.Get("timeout")
		p.r.Conflict(n.Pos, n.Path(), fmt.Sprintf("the timeout of %s is longer than the interval of %s", short(j.Timeout), short(j.Schedule.Every)),
			"runs of one journey never overlap: the next one would be skipped", document.Related{Pos: m.Get("every").Pos, Message: "the interval is here"})
	}
	p.checkTimes(m)
	p.checkExpectations(m)
	p.doubtEnd(j.Steps)
	p.doubtBudgets(m)
}

// checkTimes compares the steps' times with those of what holds them.
func (p *parser) checkTimes(m *document.Map) {
	if whole := p.journey.Timeout; whole > 0 {
		p.checkWithin(m.Get("steps"), p.journey.Steps, whole, "journey")
	}
}

func (p *parser) checkWithin(list *document.Node, steps []journeys.Step, whole time.Duration, of string) {
	for i := range steps {
		s := &steps[i]
		keys := p.r.Map(list.Items[i])
		switch {
		case s.Timeout > whole:
			p.r.Problem(keys.Get("timeout"), fmt.Sprintf("the step's timeout of %s is longer than the %s's of %s", short(s.Timeout), of, short(whole)), "")
		case s.Timeout == 0 && s.Retry != nil && s.Retry.For > whole:
			p.r.Problem(keys.Get("retry"), fmt.Sprintf("tries for %s, longer than the %s's timeout of %s", short(s.Retry.For), of, short(whole)), "")
		case s.Timeout == 0 && s.Budget.Time >= whole:
			p.r.Problem(keys.Get("budget"), fmt.Sprintf("the budget of %s is not below the %s's timeout of %s", short(s.Budget.Time), of, short(whole)), "")
		}
		if g, ok := s.Action.(*journeys.Group); ok && len(g.Steps) > 0 {
			within, name := whole, of
			if s.Timeout > 0 && s.Timeout < whole {
				within, name = s.Timeout, "group"
			}
			p.checkWithin(keys.Get("steps"), g.Steps, within, name)
		}
	}
}

// checkExpectations refuses a journey that cannot fail for what the target shows: it would be green whatever
// happens. Steps that may be left out or may fail do not count.
func (p *parser) checkExpectations(m *document.Map) {
	steps := m.Get("steps")
	if steps == nil || len(p.journey.Steps) == 0 {
		return
	}
	if found, whole := p.judged(p.journey.Steps); found || !whole {
		return
	}
	p.r.ProblemAt(m.KeyPos("steps"), "steps", "the journey expects nothing: it would pass whatever it is shown",
		"add a see, or an expect, to a step that always runs")
}

// judged reports whether some step that always runs fails for what the target shows. Whole is false where a step
// could not be read: that is a problem already.
func (p *parser) judged(steps []journeys.Step) (found, whole bool) {
	for i := range steps {
		s := &steps[i]
		if s.Action == nil {
			return found, false
		}
		if s.Optional || s.If != nil {
			continue
		}
		if held := s.Members(); held != nil {
			inner, whole := p.judged(held)
			if !whole {
				return found, false
			}
			found = found || inner
			continue
		}
		found = found || p.expects(s)
	}
	return found, true
}

// expects reports whether the step fails for what the target shows. An HTTP step expects a status below 400.
func (p *parser) expects(s *journeys.Step) bool {
	return p.g.index[s.Action.Verb()].judges || len(s.Expect) > 0 || s.Dialog != nil || s.Download != nil
}

// checkNames refuses two journeys of one name in a file.
func checkNames(r *document.Reader, all []journeys.Journey) {
	first := map[string]document.Pos{}
	for _, j := range all {
		if j.Name == "" {
			continue
		}
		if pos, ok := first[j.Name]; ok {
			r.Conflict(j.Pos, "journey", fmt.Sprintf("another journey is called %q", j.Name), "", document.Related{Pos: pos, Message: "the first is here"})
			continue
		}
		first[j.Name] = j.Pos
	}
}

// short writes a duration as its author would: 1m30s, 15s, 250ms.
func short(d time.Duration) string {
	text := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if n := len(text) - 2; n > 0 && len(text) > len(zero) && text[len(text)-len(zero):] == zero {
			text = text[:n]
		}
	}
	return text
}
