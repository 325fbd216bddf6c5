package format

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// Parse reads one file as [Loader.Parse] does.
func Parse(file string, src []byte) ([]journeys.Journey, error) { return new(Loader).Parse(file, src) }

// Parse reads a file's journeys (one or several YAML documents); fragments in it are checked. The error is document.Problems: every problem of
// the file. The journeys that could be read are given even so, for checks across files; they must not be run.
func (l *Loader) Parse(file string, src []byte) ([]journeys.Journey, error) {
	nodes, problems := document.Read(file, src)
	r := document.NewReader(problems)
	if len(nodes) == 0 && len(problems) == 0 {
		r.ProblemAt(document.Pos{File: file, Line: 1, Column: 1}, "", "the file holds no journey", "")
	}
	var all []journeys.Journey
	for _, n := range nodes {
		if isFragment(n) {
			l.parseFragment(r, grammars(), file, n)
			continue
		}
		p := &parser{r: r, loader: l, file: file, journey: &journeys.Journey{}, g: grammars()}
		p.read(n)
		all = append(all, *p.journey)
	}
	checkNames(r, all)
	problems = r.Problems()
	l.warnings = append(l.warnings, problems.Warnings()...)
	return all, problems.Err()
}

// parser reads one journey.
type parser struct {
	r       *document.Reader
	loader  *Loader
	file    string
	journey *journeys.Journey
	g       *grammar

	// known are the variables that may be used where the parser stands; saves are all that steps save.
	known map[string]bool
	saves map[string]document.Pos
	// names are the step names that are taken, with their places.
	names map[string]document.Pos
	// inFragment says that a fragment is read; params are its parameters.
	inFragment bool
	params     []journeys.Param
	// result is what the fragment of the use step that is read publishes; nil where that is not known.
	result []string
	// defaults are the blocks of defaults around the step that is read, the outermost first.
	defaults []*document.Node
	// borrowed is the number of steps so far, those of fragments included.
	borrowed int
	// uses are the steps that use a fragment: what is in it is named after them.
	uses []*journeys.Step
	// unnamed are the steps whose names are made of their verbs, once all others are known.
	unnamed []*journeys.Step
}

// field is one key of a map: how it is read, and what the JSON Schema says of it. The tables of fields are the one
// place where the keys of the format are written down.
type field[T any] struct {
	key string
	// doc is one line for the person who writes a journey.
	doc    string
	schema schema
	read   func(p *parser, n *document.Node, into *T)
}

// readFields reads the keys of a table in its order and refuses all others.
func readFields[T any](p *parser, n *document.Node, fields []field[T], into *T) *document.Map {
	m := p.r.Map(n)
	for _, f := range fields {
		if value := m.Get(f.key); value != nil {
			f.read(p, value, into)
		}
	}
	p.refuseRest(m)
	return m
}

// refuseRest refuses the keys that nobody knows. Those of later versions are called so.
func (p *parser) refuseRest(m *document.Map) {
	for _, e := range m.Unknown() {
		for _, key := range laterKeys() {
			if e.Key == key {
				p.r.ProblemAt(e.KeyPos, m.Node().Path(), key+" is not supported yet", "")
				m.Know(key)
			}
		}
	}
	m.Done()
}

func (p *parser) read(n *document.Node) {
	p.begin(n)
	m := readFields(p, n, p.g.journey, p.journey)
	m.Need("journey", "steps")
	p.inheritEnvironments()
	p.nameSteps()
	p.checkJourney(m)
}

// begin is what comes before the keys of a journey or a fragment.
func (p *parser) begin(n *document.Node) {
	j := p.journey
	j.File, j.Dir, j.Pos = p.file, filepath.Dir(p.file), n.Pos
	p.known, p.saves, p.names = map[string]bool{}, map[string]document.Pos{}, map[string]document.Pos{}
	p.findSaves(n)
	if p.loader.StepDefaults != nil {
		p.defaults = []*document.Node{p.loader.StepDefaults}
	}
}

// findSaves notes all variables that steps save, so that a use before it can be told from a misspelt name.
func (p *parser) findSaves(n *document.Node) {
	for _, e := range n.Entries {
		if e.Key != "steps" && e.Key != "finally" {
			continue
		}
		for _, step := range e.Value.Items {
			for _, key := range step.Entries {
				if key.Key == "save" {
					p.noteSaves(key.Value)
				}
			}
			p.findSaves(step)
		}
	}
}

func (p *parser) noteSaves(n *document.Node) {
	for _, saved := range n.Entries {
		if _, ok := p.saves[saved.Key]; !ok {
			p.saves[saved.Key] = saved.KeyPos
		}
	}
}

// expr reads an expression of a place.
func (p *parser) expr(n *document.Node, at place) (journeys.Expr, bool) {
	text, ok := p.r.Text(n)
	if !ok {
		return journeys.Expr{}, false
	}
	if strings.HasPrefix(strings.TrimSpace(text), opening) {
		p.r.Problem(n, "this is an expression already", "leave out ${{ and }}")
		return journeys.Expr{}, false
	}
	source := strings.TrimSpace(text)
	return p.compile(n, source, strings.Index(text, source), at)
}

// compile compiles the expression that stands at an offset of a node's text.
func (p *parser) compile(n *document.Node, source string, offset int, at place) (journeys.Expr, bool) {
	e := journeys.Expr{Source: source, Pos: n.At(offset)}
	program, err := p.loader.compile(source, at, p.knows)
	if err != nil {
		mistakes, ok := err.(expression.Mistakes)
		if !ok {
			mistakes = expression.Mistakes{{Message: err.Error()}}
		}
		for _, m := range mistakes {
			if n.Commented && !n.Quoted && (strings.Contains(m.Message, "EOF") || strings.Contains(m.Message, "not terminated")) {
				m.Hint = "in YAML a # after a space begins a comment: put the expression in quotes"
			}
			p.r.ProblemAt(n.At(offset+m.Offset), n.Path(), m.Message, m.Hint)
		}
		return e, false
	}
	e.Program = program
	for _, ref := range program.References() {
		if ref.Root == "journeys" {
			p.journey.References = append(p.journey.References, journeys.Reference{
				Journey: ref.Member, Name: ref.Next, Pos: n.At(offset + ref.Offset), Path: n.Path(),
			})
		}
	}
	return e, true
}

// condition reads an expression that is true or false.
func (p *parser) condition(n *document.Node, at place) (journeys.Expr, bool) {
	e, ok := p.expr(n, at)
	if ok && !e.Program.MayBeBool() {
		p.r.ProblemAt(e.Pos, n.Path(), "this is never true or false", "compare it with something")
		return e, false
	}
	return e, ok
}

// template reads a text with ${{ }} expressions.
func (p *parser) template(n *document.Node) journeys.Template {
	text, ok := p.r.Text(n)
	if !ok {
		return journeys.Template{}
	}
	found, ok := p.holes(n, text)
	if !ok {
		return journeys.Template{Source: text, Pos: n.Pos}
	}
	return build(text, n.Pos, found)
}

// filled is an expression in a text, compiled.
type filled struct {
	hole
	expr *journeys.Expr
}

// mostHoles is how many expressions a text may hold.
const mostHoles = 1000

// holes compiles the expressions of a text.
func (p *parser) holes(n *document.Node, text string) ([]filled, bool) {
	found, unclosed := holes(text)
	if len(found) > mostHoles {
		p.r.Problem(n, fmt.Sprintf("holds more than %d expressions", mostHoles), "")
		return nil, false
	}
	if unclosed >= 0 {
		p.r.ProblemAt(n.At(unclosed), n.Path(), "${{ has no }}", "a literal ${{ is written $${{")
	}
	ok := unclosed < 0
	all := make([]filled, 0, len(found))
	for _, h := range found {
		e, good := p.compile(n, h.source, h.offset, anywhere)
		ok = ok && good
		all = append(all, filled{h, &e})
	}
	return all, ok
}

// build makes a template of a text and its expressions.
func build(text string, pos document.Pos, found []filled) journeys.Template {
	t := journeys.Template{Source: text, Pos: pos}
	if len(found) == 0 {
		t.Plain = unescape(text)
		return t
	}
	at := 0
	for _, f := range found {
		if f.start > at {
			t.Parts = append(t.Parts, journeys.Piece{Text: unescape(text[at:f.start])})
		}
		t.Parts = append(t.Parts, journeys.Piece{Expr: f.expr})
		at = f.end
	}
	if at < len(text) {
		t.Parts = append(t.Parts, journeys.Piece{Text: unescape(text[at:])})
	}
	return t
}

// pairs reads a map of templates; a list gives its key several times.
func (p *parser) pairs(n *document.Node) []journeys.Pair {
	var pairs []journeys.Pair
	for _, e := range p.r.Map(n).Entries() {
		values := []*document.Node{e.Value}
		if e.Value.Kind == document.List {
			values = e.Value.Items
		}
		for _, v := range values {
			pairs = append(pairs, journeys.Pair{Name: e.Key, Value: p.template(v)})
		}
	}
	return pairs
}

// value reads any YAML value. Scalars without quotes are numbers, booleans and null where JSON knows them so;
// what YAML 1.1 would have made of them otherwise stays text.
func (p *parser) value(n *document.Node) journeys.Value {
	switch n.Kind {
	case document.Null:
		return journeys.Value{}
	case document.List:
		items := make([]journeys.Value, len(n.Items))
		for i, item := range n.Items {
			items[i] = p.value(item)
		}
		return journeys.ValueOf(items)
	case document.Mapping:
		entries := make([]journeys.Entry, len(n.Entries))
		for i, e := range n.Entries {
			entries[i] = journeys.Entry{Key: e.Key, Value: p.value(e.Value)}
		}
		return journeys.ValueOf(entries)
	}
	if !n.Quoted {
		if v, ok := jsonScalar(n.Value); ok {
			return journeys.ValueOf(v)
		}
	}
	return journeys.ValueOf(p.template(n))
}
