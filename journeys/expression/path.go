package expression

import (
	"encoding/json"
	"fmt"
	"net/textproto"
	"reflect"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// access is a path such as json.items[0].name, walked at once.
type access struct {
	// root is where it starts; empty where the start is a value of the expression itself.
	root *Root
	// member is the first name after a root with members.
	member string
	// start is the text before the first segment.
	start    string
	segments []segment
	// lenient gives nil for what is missing.
	lenient bool
	slot    int
}

// segment is one step of a path: a key, or an index, or one that the expression computes.
type segment struct {
	key      string
	index    int
	isIndex  bool
	optional bool
	dynamic  ast.Node
}

func (s segment) String() string {
	mark := ""
	if s.optional {
		mark = "?."
	}
	if s.isIndex {
		return mark + "[" + strconv.Itoa(s.index) + "]"
	}
	if !identifier(s.key) {
		return mark + "[" + strconv.Quote(s.key) + "]"
	}
	if s.optional {
		return mark + s.key
	}
	return "." + s.key
}

func identifier(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

// path replaces a path. Constant segments are walked by one call, each computed one by a call of its own.
func (w *rewriter) path(n ast.Node, lenient bool) ast.Node {
	base, segments := flatten(n)
	text := n.String()
	a := &access{lenient: lenient, slot: w.slot()}
	var value ast.Node
	if root := w.root(base); root != nil {
		a.root, a.start = root, root.Name
		if root.Members {
			a.member = segments[0].key
			a.start += segments[0].String()
			// vars?.x says of the member itself that it may be missing.
			a.lenient = lenient || segments[0].optional
			segments = segments[1:]
		}
	} else {
		value, a.start = w.base(base, lenient || len(segments) > 0 && segments[0].optional)
	}
	for first := true; first || len(segments) > 0; first = false {
		for len(segments) > 0 && segments[0].dynamic == nil {
			a.segments, segments = append(a.segments, segments[0]), segments[1:]
		}
		if value == nil {
			value = w.intrinsic(n, "@get", a)
		} else if first || len(a.segments) > 0 {
			value = w.intrinsic(n, "@walk", a, value)
		}
		w.traces[n] = &trace{kind: traceValue, text: text, slot: a.slot}
		if len(segments) > 0 {
			key := &access{lenient: lenient, slot: w.slot(), start: text, segments: segments[:1]}
			value = w.intrinsic(n, "@key", key, value, w.node(segments[0].dynamic, false))
			w.traces[n].slot = key.slot
			a, segments = &access{lenient: lenient, slot: key.slot, start: text}, segments[1:]
		}
	}
	value.SetNature(*n.Nature())
	return value
}

// root gives the root that a path starts with, or nil.
func (w *rewriter) root(base ast.Node) *Root {
	if id, ok := base.(*ast.IdentifierNode); ok && !w.isLocal(id.Value) {
		return w.language.roots[id.Value]
	}
	return nil
}

// base gives what a path starts with that is no root, and its text.
func (w *rewriter) base(base ast.Node, lenient bool) (ast.Node, string) {
	switch b := base.(type) {
	case *ast.IdentifierNode:
		return b, b.Value
	case *ast.PointerNode:
		if b.Name == "" {
			return b, ""
		}
		return b, b.String()
	}
	text := base.String()
	return w.node(base, lenient), text
}

func (w *rewriter) isLocal(name string) bool {
	for _, l := range w.locals {
		if l.name == name {
			return true
		}
	}
	return false
}

// flatten takes a path apart: what it starts with, and its segments.
func flatten(n ast.Node) (ast.Node, []segment) {
	switch n := n.(type) {
	case *ast.ChainNode:
		return flatten(n.Node)
	case *ast.MemberNode:
		base, segments := flatten(n.Node)
		s := segment{optional: n.Optional}
		switch p := n.Property.(type) {
		case *ast.StringNode:
			s.key = p.Value
		case *ast.IntegerNode:
			s.index, s.isIndex = p.Value, true
		default:
			s.dynamic = n.Property
			if u, ok := p.(*ast.UnaryNode); ok && u.Operator == "-" {
				if i, ok := u.Node.(*ast.IntegerNode); ok {
					s.index, s.isIndex, s.dynamic = -i.Value, true, nil
				}
			}
		}
		return base, append(segments, s)
	}
	return n, nil
}

// get walks from a root.
func (a *access) get(f *frame) (any, error) {
	v, found, err := f.env.Value(a.root.Name, a.member)
	if err != nil {
		return nil, err
	}
	if !found {
		if !a.lenient {
			return nil, &MissingError{What: a.start}
		}
		v = nil
	}
	return a.walk(f, v)
}

// walk follows the segments from a value.
func (a *access) walk(f *frame, v any) (any, error) {
	if err := f.work(1); err != nil {
		return nil, err
	}
	for i, s := range a.segments {
		next, found, err := a.enter(v, s, i)
		if err != nil {
			return nil, err
		}
		if !found && !s.optional && !a.lenient {
			return nil, &MissingError{What: a.text(i + 1)}
		}
		v = next
	}
	f.slots[a.slot] = v
	return plain(v), nil
}

// key follows one computed segment.
func (a *access) key(f *frame, v, key any) (any, error) {
	s := segment{optional: a.segments[0].optional}
	switch k := key.(type) {
	case string:
		s.key = k
	case int:
		s.index, s.isIndex = k, true
	default:
		return nil, fmt.Errorf("%s: a key is a text or a whole number, not %s", a.start, describe(key))
	}
	if err := f.work(1); err != nil {
		return nil, err
	}
	next, found, err := a.enter(v, s, 0)
	if err != nil {
		return nil, err
	}
	if !found && !s.optional && !a.lenient {
		return nil, &MissingError{What: fmt.Sprintf("%s (with the key %v)", a.start, key)}
	}
	f.slots[a.slot] = next
	return plain(next), nil
}

// text is the path up to a segment.
func (a *access) text(segments int) string {
	var b strings.Builder
	b.WriteString(a.start)
	for _, s := range a.segments[:segments] {
		b.WriteString(s.String())
	}
	return b.String()
}

// enter takes one step. A nil has nothing in it; a value of another type is an error, whatever is allowed.
func (a *access) enter(v any, s segment, at int) (next any, found bool, err error) {
	if v == nil {
		return nil, false, nil
	}
	if s.isIndex {
		next, found, ok := element(v, s.index)
		if !ok {
			return nil, false, fmt.Errorf("%s is %s, not a list", a.text(at), describe(v))
		}
		return next, found, nil
	}
	switch m := v.(type) {
	case map[string]any:
		next, found = m[s.key]
	case map[string]string:
		next, found = lookup(m, s.key)
	case map[string][]string:
		next, found = header(m, s.key)
	default:
		r := reflect.ValueOf(v)
		if r.Kind() != reflect.Map || r.Type().Key().Kind() != reflect.String {
			return nil, false, fmt.Errorf("%s is %s, which has no %s", a.text(at), describe(v), s.key)
		}
		if r.Type().ConvertibleTo(reflect.TypeFor[map[string][]string]()) {
			next, found = header(r.Convert(reflect.TypeFor[map[string][]string]()).Interface().(map[string][]string), s.key)
			break
		}
		if e := r.MapIndex(reflect.ValueOf(s.key).Convert(r.Type().Key())); e.IsValid() {
			next, found = e.Interface(), true
		}
	}
	return next, found, nil
}

// lookup finds a name without regard to case where it is not there as written: HTTP header names have none.
func lookup(m map[string]string, name string) (any, bool) {
	if v, ok := m[name]; ok {
		return v, true
	}
	if v, ok := m[textproto.CanonicalMIMEHeaderKey(name)]; ok {
		return v, true
	}
	for k, v := range m {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return nil, false
}

// header joins the values of a header field as RFC 9110, section 5.2 does.
func header(m map[string][]string, name string) (any, bool) {
	vs, ok := m[name]
	if !ok {
		vs, ok = m[textproto.CanonicalMIMEHeaderKey(name)]
	}
	if !ok || len(vs) == 0 {
		return nil, false
	}
	return strings.Join(vs, ", "), true
}

// element is an item of a list; a negative index counts from the end. Ok is false where v is no list.
func element(v any, index int) (item any, found, ok bool) {
	if list, ok := v.([]any); ok {
		if index < 0 {
			index += len(list)
		}
		if index < 0 || index >= len(list) {
			return nil, false, true
		}
		return list[index], true, true
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Slice && r.Kind() != reflect.Array {
		return nil, false, false
	}
	if index < 0 {
		index += r.Len()
	}
	if index < 0 || index >= r.Len() {
		return nil, false, true
	}
	return r.Index(index).Interface(), true, true
}

// plain gives scalars the types that the operators work with: int, float64, string, bool. A whole number that
// does not fit into an int stays a json.Number, with all its digits.
func plain(v any) any {
	switch n := v.(type) {
	case nil, string, bool, int, float64:
		return v
	case json.Number:
		if i, err := strconv.Atoi(string(n)); err == nil {
			return i
		}
		if strings.ContainsAny(string(n), ".eE") {
			if f, err := n.Float64(); err == nil {
				return f
			}
		}
		return n
	case int64:
		return int(n)
	case int32:
		return int(n)
	case float32:
		return float64(n)
	case uint:
		return unsigned(uint64(n))
	case uint64:
		return unsigned(n)
	}
	return v
}

func unsigned(n uint64) any {
	if i := int(n); i >= 0 {
		return i
	}
	return json.Number(strconv.FormatUint(n, 10))
}
