package imports

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/outrider-monitor/outrider/journeys/format"
)

// draft is a journey while it is made.
type draft struct {
	name, title, team string
	// head are comments above it; keys stand before vars, in order.
	head    []string
	keys    []*yaml.Node
	vars    []*yaml.Node
	secrets []*yaml.Node
	known   map[string]bool
	steps   []*yaml.Node
	// comments wait for the next step; tail are those that none followed.
	comments []string
	notes    []Note
	// judged says that a step expects something.
	judged bool
}

func newDraft(name, title string, o Options) *draft {
	d := &draft{title: label(title, 200), team: label(o.Team, 64), known: map[string]bool{}}
	d.name = identity(o.Name)
	if d.name == "" {
		d.name = identity(name)
	}
	if d.name == "" {
		d.name = "imported"
	}
	return d
}

// note tells a person, on stderr and at this place of the journey.
func (d *draft) note(place, format string, args ...any) {
	n := Note{Place: place, Text: label(fmt.Sprintf(format, args...), 300)}
	d.notes = append(d.notes, n)
	d.comments = append(d.comments, n.Text)
}

// set adds a key of the journey.
func (d *draft) set(key string, value *yaml.Node) { d.keys = append(d.keys, word(key), value) }

// variable declares one, unless it is there.
func (d *draft) variable(name string, value *yaml.Node) {
	if !d.known["vars."+name] {
		d.known["vars."+name] = true
		d.vars = append(d.vars, word(name), value)
	}
}

// secret declares a secret that comes from an environment variable, and gives its use.
func (d *draft) secret(name string) string {
	name = variableName(name)
	if !d.known["secrets."+name] {
		d.known["secrets."+name] = true
		d.secrets = append(d.secrets, word(name), flow("env", word(strings.ToUpper(name))))
	}
	return "${{ secrets." + name + " }}"
}

// secretFile declares a secret that comes from a file, and gives its use.
func (d *draft) secretFile(name, path string) string {
	name = variableName(name)
	if !d.known["secrets."+name] {
		d.known["secrets."+name] = true
		d.secrets = append(d.secrets, word(name), flow("file", literal(path)))
	}
	return "${{ secrets." + name + " }}"
}

// add appends a step if it can be read; otherwise it is a note. The pairs are keys and nodes.
func (d *draft) add(place string, pairs ...any) bool {
	step := block(pairs...)
	if problem := d.problemOf(step); problem != "" {
		d.note(place, "not carried over: %s", problem)
		return false
	}
	step.HeadComment = comment(d.comments)
	d.comments = nil
	d.steps = append(d.steps, step)
	if v := step.Content[0].Value; v == "see" || v == "gone" || v == "wait_for_url" || hasKey(step, "expect") {
		d.judged = true
	}
	return true
}

// problemOf reads a step as part of the journey as it is so far.
func (d *draft) problemOf(step *yaml.Node) string {
	fallback := block("get", word("http://localhost/"))
	text, err := yaml.Marshal(d.whole([]*yaml.Node{step, fallback}))
	if err != nil {
		return err.Error()
	}
	_, err = format.Parse("step.yaml", text)
	if err == nil {
		return ""
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	if _, problem, ok := strings.Cut(first, ": "); ok {
		return problem
	}
	return first
}

func (d *draft) node() *yaml.Node {
	root := d.whole(d.steps)
	root.HeadComment = comment(d.head)
	root.FootComment = comment(d.comments)
	return root
}

func (d *draft) whole(steps []*yaml.Node) *yaml.Node {
	root := block("journey", word(d.name))
	pair := func(key string, value *yaml.Node) { root.Content = append(root.Content, word(key), value) }
	if d.title != "" {
		pair("title", word(d.title))
	}
	if d.team != "" {
		pair("team", word(d.team))
	}
	root.Content = append(root.Content, d.keys...)
	if len(d.vars) > 0 {
		pair("vars", &yaml.Node{Kind: yaml.MappingNode, Content: d.vars})
	}
	if len(d.secrets) > 0 {
		pair("secrets", &yaml.Node{Kind: yaml.MappingNode, Content: d.secrets})
	}
	pair("steps", &yaml.Node{Kind: yaml.SequenceNode, Content: steps})
	return root
}

// extend adds a key to the last step, if the step can still be read with it.
func (d *draft) extend(key string, value *yaml.Node) bool {
	if len(d.steps) == 0 {
		return false
	}
	last := d.steps[len(d.steps)-1]
	if hasKey(last, key) {
		return false
	}
	longer := *last
	longer.Content = append(slices.Clone(last.Content), word(key), value)
	longer.HeadComment = ""
	if d.problemOf(&longer) != "" {
		return false
	}
	last.Content = longer.Content
	d.judged = d.judged || key == "expect"
	return true
}

func hasKey(m *yaml.Node, key string) bool {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return true
		}
	}
	return false
}
