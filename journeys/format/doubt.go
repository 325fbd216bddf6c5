package format

import (
	"fmt"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// The names of the warnings. They are stable: people select by them.
const (
	uncheckedEnd  = "unchecked-end"
	looksAtNone   = "looks-at-nothing"
	unreadScript  = "unread-script"
	secretInURL   = "secret-in-url"
	budgetsTooBig = "budgets-over-timeout"
)

// doubtStep warns of a step that would be green whatever it is shown, or tells a secret to others.
func (p *parser) doubtStep(d *draft, m *document.Map) {
	switch a := d.Action.(type) {
	case *journeys.Eval:
		if len(d.Expect)+len(d.Save) == 0 {
			p.r.Warn(unreadScript, m.Get("eval"), "nobody looks at what the script gives", "add expect: result == ..., or save it")
		}
	case *journeys.Screenshot:
		if name := p.secretIn(a.Name); name != "" {
			p.r.Problem(m.Get("screenshot"), fmt.Sprintf("the secret %s would be the name of a file", name), "write a name")
		}
	case *journeys.Goto:
		p.doubtURL(m.Get("goto"), a.URL)
	case *journeys.Request:
		p.doubtURL(m.Get(d.verb.name), a.URL)
	}
}

func (p *parser) doubtURL(n *document.Node, t journeys.Template) {
	if name := p.secretIn(t); name != "" {
		p.r.Warn(secretInURL, n, fmt.Sprintf("the secret %s stands in a URL", name),
			"URLs are written to the logs of every server and proxy on the way; send it in a header or a body")
	}
}

// secretIn names a secret that the text would hold; empty: none.
func (p *parser) secretIn(t journeys.Template) string {
	for _, part := range t.Parts {
		if part.Expr != nil {
			if name := p.secretOf(*part.Expr); name != "" {
				return name
			}
		}
	}
	return ""
}

func (p *parser) secretOf(e journeys.Expr) string {
	if e.Program == nil {
		return ""
	}
	for _, ref := range e.Program.References() {
		if ref.Root == "secrets" || ref.Root == "params" && slices.ContainsFunc(p.params, func(q journeys.Param) bool {
			return q.Name == ref.Member && q.Type == journeys.SecretParam
		}) {
			return ref.Member
		}
	}
	return ""
}

// checkPublished refuses to publish a secret: other journeys, and the database, would have it.
func (p *parser) checkPublished(n *document.Node, bindings []journeys.Binding) {
	for _, b := range bindings {
		if name := p.secretOf(b.Expr); name != "" {
			p.r.ProblemAt(b.Expr.Pos, n.Path(), fmt.Sprintf("the secret %s cannot be published", name), "the other journey can have the same secret")
		}
	}
}

// checkExpectation refuses an expectation that is always the same, and doubts one that does not look at what its step
// shows.
func (p *parser) checkExpectation(n *document.Node, e journeys.Expr, at place) {
	if e.Program.Constant() {
		p.r.ProblemAt(e.Pos, n.Path(), "this is always the same, whatever the step shows", "look at the answer or the page, such as status == 200")
		return
	}
	around, known := p.g.places[at]
	if !known || len(around.roots)+len(around.functions) == 0 {
		return
	}
	for _, r := range around.roots {
		if e.Uses(r.Name) {
			return
		}
	}
	for _, f := range around.functions {
		if e.Uses(f.Name) {
			return
		}
	}
	p.r.WarnAt(looksAtNone, e.Pos, n.Path(), "this does not look at what the step shows", "")
}

// doubtEnd warns of a journey whose last deed is followed by nothing that looks at what came of it.
func (p *parser) doubtEnd(steps []journeys.Step) {
	for i := len(steps) - 1; i >= 0; i-- {
		s := &steps[i]
		if s.Action == nil {
			return
		}
		if held := s.Members(); held != nil {
			p.doubtEnd(held)
			return
		}
		v := p.g.index[s.Action.Verb()]
		if v.judges || v.holds || len(s.Expect) > 0 {
			return
		}
		switch s.Action.(type) {
		case *journeys.Eval, *journeys.Screenshot, *journeys.ScrollTo:
			continue
		}
		if v.place.hasPage() {
			p.r.WarnAt(uncheckedEnd, s.Pos, "", fmt.Sprintf("nothing looks at what came of %s, the last thing that the customer does", v.name),
				"add a see after it, or an expect to it")
		}
		return
	}
}

// doubtBudgets warns of steps that would fail the journey by its timeout before any of them is over its budget.
func (p *parser) doubtBudgets(m *document.Map) {
	whole := p.journey.Timeout
	var sum time.Duration
	for i := range p.journey.Steps {
		if s := &p.journey.Steps[i]; s.If == nil {
			sum += s.Budget.Time
		}
	}
	if whole > 0 && sum > whole {
		p.r.WarnAt(budgetsTooBig, m.KeyPos("timeout"), "timeout", fmt.Sprintf("the steps' budgets are %s together, more than the journey's timeout of %s",
			short(sum), short(whole)), "a journey over its timeout has failed; one over a budget is degraded")
	}
}
