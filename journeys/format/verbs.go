package format

import (
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// verb is one way to act: its key, how its value is read, and which further keys go with it.
type verb struct {
	name string
	doc  string
	// place is what the step's expressions see.
	place  place
	schema schema
	// keys are the further keys of the step that belong to this verb.
	keys []key
	// judges says that the verb fails for what the target shows, without any expectation.
	judges bool
	// holds says that the verb holds other steps and does nothing itself.
	holds bool
	// without are the common keys of steps that do not go with it.
	without []string
	read    func(p *parser, n *document.Node, keys *document.Map) journeys.Action
}

// key is a further key of a step, beside its verb.
type key struct {
	name, doc string
	schema    schema
	needed    bool
}

// verbs are all verbs of this version, family by family. A new verb stands in its family's file.
func verbs() []verb {
	return slices.Concat(
		requestVerbs(),
		navigateVerbs(),
		pointerVerbs(),
		fieldVerbs(),
		keyboardVerbs(),
		seeVerbs(),
		pageVerbs(),
		conditionVerbs(),
		tabVerbs(),
		flowVerbs(),
		dnsVerbs(),
		tcpVerbs(),
		webSocketVerbs(),
		grpcVerbs(),
		pingVerbs(),
	)
}

// keysOf are the keys of a table of fields.
func keysOf[T any](fields []field[T]) []key {
	var keys []key
	for _, f := range fields {
		keys = append(keys, key{f.key, f.doc, f.schema, false})
	}
	return keys
}

// onTarget is a browser verb whose value is a locator, or a list of alternatives.
func onTarget(name, doc string, make func(journeys.Locators) journeys.Action) verb {
	return verb{
		name: name, doc: doc, place: onThePage, schema: refSchema("locators"),
		read: func(p *parser, n *document.Node, _ *document.Map) journeys.Action { return make(p.locators(n)) },
	}
}

// required reads a template that is not empty.
func (p *parser) required(n *document.Node) journeys.Template {
	t := p.template(n)
	if text, static := t.Static(); n.Kind == document.Text && static && strings.TrimSpace(text) == "" && t.Source == text {
		p.r.Problem(n, "is empty", "")
	}
	return t
}

// address reads the URL of a page or of a request.
func (p *parser) address(n *document.Node) journeys.Template {
	return p.urlOf(n, "http://", "https://")
}

func (p *parser) nothing(n *document.Node) {
	if n.Kind != document.Null && n.Value != "true" {
		p.r.Problem(n, "takes no value", "")
	}
}
