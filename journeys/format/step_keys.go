package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// stepFields are the keys that every step may have.
func stepFields() []field[draft] {
	return []field[draft]{
		{"name", "what the customer does; made of the verb where it is left out", textSchema(), func(p *parser, n *document.Node, d *draft) {
			d.Name = p.stepName(n)
		}},
		{"if", "expression that decides whether the step runs", textSchema(), func(p *parser, n *document.Node, d *draft) {
			at := condition
			if d.Action != nil && p.showsPage(d.Action) {
				at = pageCondition
			}
			if e, ok := p.condition(n, at); ok {
				d.If = &e
			}
		}},
		{"timeout", "bound of the step, retries included", durationSchema(), func(p *parser, n *document.Node, d *draft) {
			d.Timeout = p.positive(n)
		}},
		{"budget", "over this a passing step makes its run degraded: a time, or {time, lcp, bytes, ...}", budgetSchema(), func(p *parser, n *document.Node, d *draft) {
			d.Budget = p.budget(n, d.verb)
		}},
		{"retry", "repeat the step until its expectations hold: {every: 1s, for: 15s}", refSchema("retry"), func(p *parser, n *document.Node, d *draft) {
			d.Retry = &journeys.Retry{}
			readFields(p, n, retryFields(), d.Retry).Need("every", "for")
		}},
		{"expect", "expressions that must be true", expectSchema(), func(p *parser, n *document.Node, d *draft) {
			d.Expect = p.expectations(n, d.place())
		}},
		{"save", "variables for later steps: {name: expression}", mapSchema(textSchema()), func(p *parser, n *document.Node, d *draft) {
			d.Save = p.bindings(n, d.place())
		}},
		{"dialog", "a dialog of the page that the step must bring about, and its answer: accept, dismiss or {message, answer}", dialogSchema(), func(p *parser, n *document.Node, d *draft) {
			if p.onPage(n, d, "dialog") {
				d.Dialog = p.dialog(n)
			}
		}},
		{"download", "a file that the step must bring about: true, its name with *, or {name, max}; expressions see it as download", downloadSchema(), func(p *parser, n *document.Node, d *draft) {
			if p.onPage(n, d, "download") {
				d.Download = p.download(n)
			}
		}},
		{"optional", "the step may fail without failing the run", boolSchema(), func(p *parser, n *document.Node, d *draft) {
			d.Optional, _ = p.r.Bool(n)
		}},
		{"sensitive", "keep no values and no pictures of the step", boolSchema(), func(p *parser, n *document.Node, d *draft) {
			d.Sensitive, _ = p.r.Bool(n)
		}},
	}
}

// onPage refuses a key of browser steps at others.
func (p *parser) onPage(n *document.Node, d *draft, key string) bool {
	if d.verb != nil && !d.verb.place.hasPage() {
		p.r.Problem(n, key+" does not go with "+d.verb.name, "it goes with the verbs of the browser")
		return false
	}
	return true
}

func retryFields() []field[journeys.Retry] {
	return []field[journeys.Retry]{
		{"every", "pause between the starts of two tries", durationSchema(), func(p *parser, n *document.Node, r *journeys.Retry) {
			r.Every = p.positive(n)
		}},
		{"for", "how long to try", durationSchema(), func(p *parser, n *document.Node, r *journeys.Retry) {
			r.For = p.positive(n)
		}},
	}
}
