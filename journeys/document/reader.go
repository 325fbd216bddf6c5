package document

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Reader gives nodes their types and collects the problems of one file. Its methods take nil for a value
// that is not there, and give the zero value and false for it.
type Reader struct {
	problems Problems
	warnings Problems
}

// NewReader starts with the problems that are known already.
func NewReader(known Problems) *Reader { return &Reader{problems: known} }

// Problems are all problems so far, in the order of the file, warnings among them.
func (r *Reader) Problems() Problems { return append(slices.Clone(r.problems), r.warnings...).Sorted() }

// Conflict reports a mistake at a key or a node that another place has to do with.
func (r *Reader) Conflict(pos Pos, path, message, hint string, with Related) {
	r.problems = append(r.problems, Problem{Pos: pos, Path: path, Message: message, Hint: hint, Related: []Related{with}})
}

// Count is the number of mistakes so far.
func (r *Reader) Count() int { return len(r.problems) }

// Problem reports a mistake at a node. The hint may be empty.
func (r *Reader) Problem(n *Node, message, hint string) {
	r.ProblemAt(n.Pos, n.Path(), message, hint)
}

// Warn reports what is no mistake but doubtful. Name is short and stable, such as unchecked-end: people select by it.
func (r *Reader) Warn(name string, n *Node, message, hint string) {
	r.WarnAt(name, n.Pos, n.Path(), message, hint)
}

// WarnAt reports what is doubtful at a place that is not a node's start.
func (r *Reader) WarnAt(name string, pos Pos, path, message, hint string) {
	r.warnings = append(r.warnings, Problem{Pos: pos, Path: path, Message: message, Hint: hint, Warning: name})
}

// ProblemAt reports a mistake at a place that is not a node's start.
func (r *Reader) ProblemAt(pos Pos, path, message, hint string) {
	r.problems = append(r.problems, Problem{Pos: pos, Path: path, Message: message, Hint: hint})
}

// Add takes over a problem that was found elsewhere.
func (r *Reader) Add(p Problem) {
	if p.Warning != "" {
		r.warnings = append(r.warnings, p)
		return
	}
	r.problems = append(r.problems, p)
}

// Relate adds a place to the problems from the one with this index on.
func (r *Reader) Relate(from int, place Related) {
	for i := from; i < len(r.problems); i++ {
		r.problems[i].Related = append(r.problems[i].Related, place)
	}
}

// Text reads any scalar as the text that its author wrote.
func (r *Reader) Text(n *Node) (string, bool) {
	return n.text(), r.is(n, Text, "text")
}

// Int reads a whole number.
func (r *Reader) Int(n *Node) (int, bool) { return plain(r, n, "a whole number", ParseInt) }

// Float reads a number.
func (r *Reader) Float(n *Node) (float64, bool) { return plain(r, n, "a number", ParseFloat) }

// Bool reads true or false.
func (r *Reader) Bool(n *Node) (bool, bool) { return plain(r, n, "true or false", ParseBool) }

// Duration reads a duration such as 30s; see [ParseDuration]. Negative ones are refused.
func (r *Reader) Duration(n *Node) (time.Duration, bool) {
	d, ok := scalar(r, n, "a duration such as 30s", ParseDuration)
	if ok && d < 0 {
		r.Problem(n, fmt.Sprintf("the duration %s is negative", n.Value), "")
		return 0, false
	}
	return d, ok
}

// Bytes reads a size such as 2MB; see [ParseBytes].
func (r *Reader) Bytes(n *Node) (int64, bool) { return scalar(r, n, "a size such as 2MB", ParseBytes) }

// Enum reads one of the choices.
func (r *Reader) Enum(n *Node, choices ...string) (string, bool) {
	text, ok := r.Text(n)
	if !ok {
		return "", false
	}
	for _, c := range choices {
		if text == c {
			return c, true
		}
	}
	r.Problem(n, fmt.Sprintf("want one of %s, got %q", strings.Join(choices, ", "), text), DidYouMean(text, choices))
	return "", false
}

// List reads a list's items.
func (r *Reader) List(n *Node) ([]*Node, bool) {
	if !r.is(n, List, "a list") {
		return nil, false
	}
	return n.Items, true
}

// Texts reads a list of texts, or one text as a list of one.
func (r *Reader) Texts(n *Node) []string {
	if n == nil {
		return nil
	}
	items := []*Node{n}
	if n.Kind != Text {
		var ok bool
		if items, ok = r.List(n); !ok {
			return nil
		}
	}
	var texts []string
	for _, item := range items {
		if t, ok := r.Text(item); ok {
			texts = append(texts, t)
		}
	}
	return texts
}

// Map reads a map. What it gives is never nil; it is empty where n is nil or no map.
func (r *Reader) Map(n *Node) *Map {
	m := &Map{r: r, node: n}
	if r.is(n, Mapping, "a map") {
		m.entries = n.Entries
	}
	return m
}

// is reports a node of another kind. A nil node is absent, which is no problem.
func (r *Reader) is(n *Node, kind Kind, want string) bool {
	switch {
	case n == nil:
		return false
	case n.Kind == kind:
		return true
	case n.Kind == Null:
		r.Problem(n, "has no value", "want "+want)
	default:
		r.Problem(n, fmt.Sprintf("want %s, got %s", want, n.describe()), "")
	}
	return false
}

// plain reads a scalar that must not be in quotes: "5" is a text and not a number.
func plain[T any](r *Reader, n *Node, want string, parse func(string) (T, error)) (T, bool) {
	if n != nil && n.Kind == Text && n.Quoted {
		r.Problem(n, fmt.Sprintf("want %s, got the text %q", want, n.Value), "leave the quotes out")
		return *new(T), false
	}
	return scalar(r, n, want, parse)
}

func scalar[T any](r *Reader, n *Node, want string, parse func(string) (T, error)) (T, bool) {
	if !r.is(n, Text, want) {
		return *new(T), false
	}
	v, err := parse(n.Value)
	if err != nil {
		r.Problem(n, fmt.Sprintf("want %s, got %s", want, n.describe()), err.Error())
		return *new(T), false
	}
	return v, true
}

func (n *Node) text() string {
	if n == nil || n.Kind != Text {
		return ""
	}
	return n.Value
}

// describe says in a message what the node is; a long text is cut.
func (n *Node) describe() string {
	if n.Kind != Text {
		return n.Kind.String()
	}
	text := []rune(n.Value)
	if len(text) > 60 {
		return strconv.Quote(string(text[:57]) + "...")
	}
	return strconv.Quote(n.Value)
}
