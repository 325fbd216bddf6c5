package format

import (
	"fmt"
	"path/filepath"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// mostSteps is how many steps a journey may have, those of fragments included.
const mostSteps = 1000

// fragment is a file of steps that journeys use.
type fragment struct {
	file   string
	params []journeys.Param
	// body holds what a fragment has in common with a journey: its name, title, vars, steps and publish.
	body journeys.Journey
	size int
	// sound is false if it has problems: they are told once, and not for each use.
	sound bool
}

// fragmentFields are the keys of a fragment's file.
func fragmentFields() []field[journeys.Journey] {
	named := map[string]field[journeys.Journey]{}
	for _, f := range journeyFields() {
		named[f.key] = f
	}
	publish := named["publish"]
	publish.doc = "values for the step that uses the fragment, which reads them as result.NAME"
	return []field[journeys.Journey]{
		{"fragment", "name of the fragment: a-z, 0-9, - and _", nameSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Name = p.journeyName(n)
		}},
		named["title"],
		{"params", "what the step that uses the fragment gives in `with`: {name: text} or {name: {type: number, default: 3}}",
			mapSchema(refSchema("param")), func(p *parser, n *document.Node, _ *journeys.Journey) { p.readParams(n) }},
		named["vars"], named["defaults"], named["steps"], publish,
	}
}

func paramFields() []field[journeys.Param] {
	return []field[journeys.Param]{
		{"type", "what it takes", enumSchema(paramTypes()...), func(p *parser, n *document.Node, into *journeys.Param) { into.Type = p.paramType(n) }},
		{"default", "its value where the step gives none", schema{}, func(p *parser, n *document.Node, into *journeys.Param) {
			v := p.value(n)
			into.Default = &v
		}},
		{"doc", "what it is for", textSchema(), func(p *parser, n *document.Node, into *journeys.Param) { into.Doc = p.label(n, 200) }},
	}
}

func (p *parser) readParams(n *document.Node) {
	for _, e := range p.r.Map(n).Entries() {
		param := journeys.Param{Name: p.identifier(e), Pos: e.KeyPos}
		if e.Value.Kind == document.Text {
			param.Type = p.paramType(e.Value)
		} else {
			readFields(p, e.Value, paramFields(), &param).Need("type")
			if param.Default != nil {
				p.checkArgument(p.r.Map(e.Value).Get("default"), &param)
			}
		}
		p.params = append(p.params, param)
	}
}

func (p *parser) paramType(n *document.Node) journeys.ParamType {
	name, _ := p.r.Enum(n, paramTypes()...)
	return journeys.ParamType(name)
}

// parseFragment reads one document that is a fragment.
func (l *Loader) parseFragment(r *document.Reader, g *grammar, file string, n *document.Node) *fragment {
	p := &parser{r: r, loader: l, g: g, file: file, journey: &journeys.Journey{}, inFragment: true}
	before := r.Count()
	p.begin(n)
	m := readFields(p, n, fragmentFields(), p.journey)
	m.Need("fragment", "steps")
	p.nameSteps()
	f := &fragment{file: file, params: p.params, body: *p.journey, sound: r.Count() == before}
	for i := range f.body.Steps {
		f.size += f.body.Steps[i].Size()
	}
	return f
}

// load reads the fragment's file, once for all that use it. What is wrong with the use itself is given; the hint may
// be empty.
func (l *Loader) load(r *document.Reader, g *grammar, path string) (f *fragment, problem, hint string) {
	f, known := l.fragments[path]
	switch {
	case known && f == nil:
		return nil, fmt.Sprintf("the fragment in %q uses itself", path), "leave out one of the uses"
	case known:
		return f, "", ""
	case l.Read == nil:
		return nil, "fragments cannot be used here", ""
	}
	src, err := l.Read(path)
	if err != nil {
		return nil, fmt.Sprintf("the fragment cannot be read: %s", err), "its path starts at the folder of this file"
	}
	l.files = append(l.files, path)
	nodes, problems := document.Read(path, src)
	for _, p := range problems {
		r.Add(p)
	}
	if l.fragments == nil {
		l.fragments = map[string]*fragment{}
	}
	l.fragments[path] = nil // until it is read: what uses itself finds this
	f = &fragment{file: path}
	switch {
	case len(problems) > 0:
	case len(nodes) == 1 && isFragment(nodes[0]):
		f = l.parseFragment(r, g, path, nodes[0])
	default:
		problem, hint = fmt.Sprintf("%q holds no fragment", path), "a fragment's file has the key fragment, and nothing beside it"
	}
	l.fragments[path] = f
	return f, problem, hint
}

func isFragment(n *document.Node) bool {
	for _, e := range n.Entries {
		if e.Key == "fragment" {
			return true
		}
	}
	return false
}

// beside is a path that starts at the folder of the file that is read.
func (p *parser) beside(path string) string { return filepath.Join(filepath.Dir(p.file), path) }
