package format

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func readUse(p *parser, n *document.Node, m *document.Map) journeys.Action {
	u := &journeys.Use{}
	with := m.Get("with")
	path, ok := p.r.Text(n)
	p.result = nil
	switch {
	case !ok:
		return u
	case strings.Contains(path, opening):
		p.r.Problem(n, "expressions cannot be used here", "which fragment is used is known when the file is read")
		return u
	case path == "" || filepath.IsAbs(path):
		p.r.Problem(n, fmt.Sprintf("want the path of a fragment's file, got %q", path), "it starts at the folder of this file")
		return u
	}
	before := p.r.Count()
	f, problem, hint := p.loader.load(p.r, p.g, p.beside(path))
	p.r.Relate(before, document.Related{Pos: n.Pos, Message: "used here"})
	if problem != "" {
		p.r.Problem(n, problem, hint)
	}
	if f == nil {
		return u
	}
	u.Fragment, u.File, u.Title, u.Declared = f.body.Name, f.file, f.body.Title, f.body.Pos
	u.Vars, u.Publish = f.body.Vars, f.body.Publish
	p.result = []string{}
	for _, b := range f.body.Publish {
		p.result = append(p.result, b.Name)
	}
	if p.borrowed += f.size; p.borrowed > mostSteps {
		p.r.Problem(n, fmt.Sprintf("with this the journey has more than %d steps", mostSteps), "")
		return u
	}
	p.journey.References = append(p.journey.References, f.body.References...)
	u.Steps = copySteps(f.body.Steps)
	if f.sound {
		u.With = p.arguments(with, n, f)
	}
	return u
}

// copySteps copies steps with all that they hold: each use gives them names of its own.
func copySteps(steps []journeys.Step) []journeys.Step {
	copied := slices.Clone(steps)
	for i := range copied {
		switch a := copied[i].Action.(type) {
		case *journeys.Group:
			g := *a
			g.Steps = copySteps(a.Steps)
			copied[i].Action = &g
		case *journeys.Use:
			u := *a
			u.Steps = copySteps(a.Steps)
			copied[i].Action = &u
		}
	}
	return copied
}

// arguments reads `with` by the parameters that the fragment declares.
func (p *parser) arguments(with, use *document.Node, f *fragment) []journeys.Argument {
	m := p.r.Map(with)
	var args []journeys.Argument
	for i := range f.params {
		param := &f.params[i]
		given := m.Get(param.Name)
		switch {
		case given != nil:
			value := p.argument(given, param)
			args = append(args, journeys.Argument{Name: param.Name, Type: param.Type, Value: value, Pos: given.Pos})
		case param.Default != nil:
			args = append(args, journeys.Argument{Name: param.Name, Type: param.Type, Value: *param.Default, Pos: param.Pos})
		default:
			at := use
			if with != nil {
				at = with
			}
			before := p.r.Count()
			p.r.Problem(at, fmt.Sprintf("the fragment %s needs %s", f.body.Name, param.Name), fmt.Sprintf("add %s to with", param.Name))
			p.r.Relate(before, document.Related{Pos: param.Pos, Message: "declared here"})
		}
	}
	before := p.r.Count()
	m.Done()
	p.r.Relate(before, document.Related{Pos: f.body.Pos, Message: fmt.Sprintf("the fragment %s", f.body.Name)})
	return args
}

// argument reads one value. For a text, 010 and 12:30 stay what their author wrote.
func (p *parser) argument(n *document.Node, param *journeys.Param) journeys.Value {
	before := p.r.Count()
	p.checkArgument(n, param)
	p.r.Relate(before, document.Related{Pos: param.Pos, Message: "declared here"})
	if n.Kind == document.Text && (param.Type == journeys.TextParam || param.Type == journeys.URLParam || param.Type == journeys.SecretParam) {
		return journeys.ValueOf(p.template(n))
	}
	return p.value(n)
}

// checkArgument refuses a value of another type than the parameter's. What an expression gives is not known yet.
func (p *parser) checkArgument(n *document.Node, param *journeys.Param) {
	if param.Type == journeys.AnyParam || param.Type == "" {
		return
	}
	if n.Kind != document.Text {
		p.r.Problem(n, fmt.Sprintf("%s is a %s, got %s", param.Name, param.Type, n.Kind), "")
		return
	}
	found, _ := holes(n.Value)
	alone := len(found) == 1 && strings.TrimSpace(n.Value) == n.Value && found[0].start == 0 && found[0].end == len(n.Value)
	switch param.Type {
	case journeys.SecretParam:
		if !alone || !p.isSecret(found[0].source) {
			p.r.Problem(n, fmt.Sprintf("%s is a secret", param.Name), "write ${{ secrets.NAME }}")
		}
	case journeys.NumberParam:
		if _, err := strconv.ParseFloat(n.Value, 64); !alone && (err != nil || n.Quoted || !isJSONNumber(n.Value)) {
			p.r.Problem(n, fmt.Sprintf("%s is a number, got %s", param.Name, quoteShort(n.Value)), "")
		}
	case journeys.BooleanParam:
		if v, ok := jsonScalar(n.Value); !alone && (!ok || n.Quoted || v != true && v != false) {
			p.r.Problem(n, fmt.Sprintf("%s is true or false, got %s", param.Name, quoteShort(n.Value)), "")
		}
	case journeys.URLParam:
		if (len(found) == 0 || found[0].start > 0) && !journeys.IsWebAddress(n.Value) {
			p.r.Problem(n, fmt.Sprintf("%s is a URL, got %s", param.Name, quoteShort(n.Value)), "it begins with http:// or https://")
		}
	}
}

// isSecret reports whether an expression is nothing but a secret, or a parameter that is one.
func (p *parser) isSecret(source string) bool {
	root, name, _ := strings.Cut(source, ".")
	switch root {
	case "secrets":
		return journeys.IsIdentifier(name)
	case "params":
		return slices.ContainsFunc(p.params, func(q journeys.Param) bool { return q.Name == name && q.Type == journeys.SecretParam })
	}
	return false
}
