package expression

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker/nature"
)

// rewriter replaces each node that expr-lang evaluates leniently by a call of one of the [intrinsics].
type rewriter struct {
	language *Language
	source   string
	mistakes Mistakes
	// locals are the `let` variables in scope; true for those whose author allowed nil.
	locals []local
	slots  int
	// negated is true below an odd number of nots.
	negated bool
	// traces explains the values of the nodes as they were written.
	traces map[ast.Node]*trace
}

type local struct {
	name  string
	nilOK bool
}

// node gives what replaces n. Lenient is true where a missing value is nil by the author's will.
func (w *rewriter) node(n ast.Node, lenient bool) ast.Node {
	switch n := n.(type) {
	case *ast.IdentifierNode, *ast.MemberNode, *ast.ChainNode, *ast.PointerNode:
		return w.path(n, lenient)
	case *ast.BinaryNode:
		return w.binary(n, lenient)
	case *ast.UnaryNode:
		return w.unary(n)
	case *ast.ConditionalNode:
		cond, exp1, exp2 := n.Cond, n.Exp1, n.Exp2
		n.Cond, n.Exp1, n.Exp2 = w.truth(cond), w.node(exp1, lenient), w.node(exp2, lenient)
		w.traces[n] = &trace{kind: traceChoice, kids: w.kids(cond, exp1, exp2)}
	case *ast.BuiltinNode:
		return w.builtin(n, lenient)
	case *ast.CallNode:
		return w.call(n, lenient)
	case *ast.VariableDeclaratorNode:
		nilOK := w.nilOK(n.Value)
		n.Value = w.node(n.Value, false)
		w.locals = append(w.locals, local{n.Name, nilOK})
		body := n.Expr
		n.Expr = w.node(body, lenient)
		w.locals = w.locals[:len(w.locals)-1]
		w.traces[n] = w.traces[body]
	case *ast.SequenceNode:
		for i, item := range n.Nodes {
			n.Nodes[i] = w.node(item, lenient)
			w.traces[n] = w.traces[item]
		}
	case *ast.SliceNode:
		base := n.Node
		n.Node = w.intrinsic(n, "@argument", &argument{text: base.String()}, w.node(base, false))
		if n.From != nil {
			n.From = w.node(n.From, false)
		}
		if n.To != nil {
			n.To = w.node(n.To, false)
		}
	case *ast.ArrayNode:
		for i := range n.Nodes {
			n.Nodes[i] = w.node(n.Nodes[i], false)
		}
	case *ast.MapNode:
		for i := range n.Pairs {
			n.Pairs[i] = w.node(n.Pairs[i], false)
		}
	case *ast.PairNode:
		n.Key, n.Value = w.node(n.Key, false), w.node(n.Value, false)
	}
	return n
}

func (w *rewriter) binary(n *ast.BinaryNode, lenient bool) ast.Node {
	left, right := n.Left, n.Right
	text := n.String()
	switch n.Operator {
	case "and", "&&":
		n.Left, n.Right = w.truth(left), w.truth(right)
		w.traces[n] = &trace{kind: traceAnd, kids: w.kids(left, right)}
		return n
	case "or", "||":
		n.Left, n.Right = w.truth(left), w.truth(right)
		w.traces[n] = &trace{kind: traceOr, kids: w.kids(left, right)}
		return n
	case "??":
		n.Left, n.Right = w.node(left, true), w.node(right, lenient)
		return w.watch(n, text)
	case "..":
		n.Left, n.Right = w.node(left, false), w.node(right, false)
		return n
	case "+", "-", "*", "/", "%", "**", "^":
		a := &arithmetic{operator: n.Operator, left: left.String(), right: right.String()}
		return w.intrinsic(n, "@arithmetic", a, w.node(left, false), w.node(right, false))
	}
	return w.comparison(n)
}

// comparison replaces == != < <= > >= in contains startsWith endsWith matches.
func (w *rewriter) comparison(n *ast.BinaryNode) ast.Node {
	_, leftNil := n.Left.(*ast.NilNode)
	_, rightNil := n.Right.(*ast.NilNode)
	c := &comparison{
		operator: n.Operator,
		left:     operand{text: n.Left.String(), constant: constant(n.Left), nilOK: rightNil || w.nilOK(n.Left)},
		right:    operand{text: n.Right.String(), constant: constant(n.Right), nilOK: leftNil || w.nilOK(n.Right)},
	}
	// In a condition, `vars.order != nil` asks whether it is there.
	asks := w.language.nilChecks && (n.Operator == "==" || n.Operator == "!=")
	left := w.node(n.Left, asks && rightNil && w.isMember(n.Left))
	right := w.node(n.Right, asks && leftNil && w.isMember(n.Right))
	c.left.slot, c.right.slot, c.slot = w.slot(), w.slot(), w.slot()
	c.left.trace, c.right.trace = w.traces[n.Left], w.traces[n.Right]
	if n.Operator == "matches" {
		if pattern, ok := n.Right.(*ast.StringNode); ok {
			c.compile(pattern.Value)
		}
	}
	call := w.intrinsic(n, "@compare", c, left, right)
	call.SetType(reflect.TypeFor[bool]())
	w.traces[n] = &trace{kind: traceComparison, slot: c.slot, comparison: c}
	return call
}

func (w *rewriter) unary(n *ast.UnaryNode) ast.Node {
	inner := n.Node
	if n.Operator == "not" || n.Operator == "!" {
		w.negated = !w.negated
		n.Node = w.truth(inner)
		w.negated = !w.negated
		w.traces[n] = &trace{kind: traceNot, kids: w.kids(inner)}
		return n
	}
	n.Node = w.intrinsic(n, "@argument", &argument{text: inner.String()}, w.node(inner, false))
	return n
}

// truth gives what replaces n where true or false is wanted, and records which it was.
func (w *rewriter) truth(n ast.Node) ast.Node {
	t := &truth{text: n.String()}
	replaced := w.node(n, false)
	if tr := w.traces[n]; tr != nil && tr.kind == traceComparison {
		return replaced
	}
	t.slot = w.slot()
	if constant(n) {
		return w.intrinsic(n, "@truth", t, replaced)
	}
	if w.traces[n] == nil {
		w.traces[n] = &trace{kind: traceValue, text: t.text, slot: t.slot}
	} else {
		copied := *w.traces[n]
		copied.truth = t
		w.traces[n] = &copied
	}
	call := w.intrinsic(n, "@truth", t, replaced)
	call.SetType(reflect.TypeFor[bool]())
	return call
}

// watch records the value of a node under its text.
func (w *rewriter) watch(n ast.Node, text string) ast.Node {
	r := &record{slot: w.slot()}
	w.traces[n] = &trace{kind: traceValue, text: text, slot: r.slot}
	call := w.intrinsic(n, "@record", r, n)
	call.SetNature(*n.Nature())
	w.traces[call] = w.traces[n]
	return call
}

// yieldsBool are the builtins whose predicate must be true or false.
func yieldsBool(name string) bool {
	switch name {
	case "map", "sum", "sortBy", "reduce":
		return false
	}
	return true
}

// mayBeNothing are the builtins that give nil where there is nothing.
func mayBeNothing(name string) bool {
	switch name {
	case "find", "findIndex", "first", "last", "min", "max":
		return true
	}
	return false
}

// overNothing gives what an author may allow a builtin to be over an empty list, of which it says nothing by itself.
func (w *rewriter) overNothing(name string) (allowed string, strict bool) {
	switch name {
	case "all", "none":
		return "true", true
	case "any", "one":
		return "false", w.negated
	case "sum":
		return "0", true
	}
	return "", false
}

func (w *rewriter) builtin(n *ast.BuiltinNode, lenient bool) ast.Node {
	text := n.String()
	r := &record{name: n.Name}
	allowed, strict := w.overNothing(n.Name)
	var body *trace
	for i, arg := range n.Arguments {
		p, ok := arg.(*ast.PredicateNode)
		if !ok {
			if !constant(arg) {
				a := &argument{text: arg.String(), deep: n.Name == "toJSON", list: i == 0 && takesList(n.Name)}
				if i == 0 && strict {
					a.counts, a.slot, r.over, r.allowed = true, w.slot(), a, allowed
				}
				n.Arguments[i] = w.intrinsic(arg, "@argument", a, w.node(arg, false))
				n.Arguments[i].SetNature(*arg.Nature())
			}
			continue
		}
		inner := p.Node
		if yieldsBool(n.Name) {
			p.Node = w.truth(inner)
		} else {
			p.Node = w.intrinsic(inner, "@step", &step{}, w.node(inner, false))
		}
		// A comparison is not wrapped by truth: its own call counts the step.
		body = w.traces[inner]
	}
	r.slot = w.slot()
	if (mayBeNothing(n.Name) || strict) && !lenient {
		r.needed = text
	}
	tr := &trace{kind: traceValue, text: text, slot: r.slot}
	if n.Name == "all" && body != nil {
		tr = &trace{kind: traceAll, text: text, slot: r.slot, kids: []*trace{body}}
	}
	call := w.intrinsic(n, "@record", r, n)
	call.SetNature(*n.Nature())
	w.traces[n], w.traces[call] = tr, tr
	return call
}

func takesList(name string) bool {
	switch name {
	case "all", "none", "any", "one", "filter", "map", "find", "findIndex", "count",
		"sum", "sortBy", "reduce", "first", "last", "take", "reverse", "sort":
		return true
	}
	return false
}

func (w *rewriter) call(n *ast.CallNode, lenient bool) ast.Node {
	callee := n.Callee.(*ast.IdentifierNode)
	f := w.language.functions[callee.Value]
	c := &call{function: f, text: n.String(), slot: w.slot(), lenient: lenient}
	arguments := make([]ast.Node, len(n.Arguments))
	for i, arg := range n.Arguments {
		arguments[i] = w.node(arg, false)
		if f.Prepare == nil {
			continue
		}
		if known, ok := literal(arg); ok {
			v, err := f.Prepare(i, known)
			if err != nil {
				w.mistakes = append(w.mistakes, &Mistake{
					Offset:  byteOffset(w.source, arg.Location().From),
					Message: fmt.Sprintf("%s: %v", callee.Value, err),
				})
				continue
			}
			arguments[i] = &ast.ConstantNode{Value: v}
		}
	}
	replaced := w.intrinsic(n, "@call", c, arguments...)
	if n.Nature() != nil && n.Nature().Type != nil {
		replaced.SetNature(*n.Nature())
	}
	w.traces[n] = &trace{kind: traceValue, text: c.text, slot: c.slot}
	return replaced
}

// intrinsic makes a call of one of our functions: the frame, what is known at compile time, the values.
func (w *rewriter) intrinsic(at ast.Node, name string, known any, arguments ...ast.Node) ast.Node {
	all := make([]ast.Node, 0, 2+len(arguments))
	all = append(all, &ast.IdentifierNode{Value: "$env"}, &ast.ConstantNode{Value: known})
	call := &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: append(all, arguments...)}
	call.SetLocation(at.Location())
	call.SetNature(nature.Nature{})
	return call
}

func (w *rewriter) slot() int {
	w.slots++
	return w.slots - 1
}

// kids are the traces of nodes; one without a trace has nothing to say.
func (w *rewriter) kids(nodes ...ast.Node) []*trace {
	kids := make([]*trace, len(nodes))
	for i, n := range nodes {
		kids[i] = w.traces[n]
	}
	return kids
}

// nilOK reports whether the author allowed the value to be nil: json?.coupon, x ?? nil, nil.
func (w *rewriter) nilOK(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.NilNode, *ast.ChainNode:
		return true
	case *ast.BinaryNode:
		return n.Operator == "??" && w.nilOK(n.Right)
	case *ast.ConditionalNode:
		return w.nilOK(n.Exp1) || w.nilOK(n.Exp2)
	case *ast.IdentifierNode:
		for i := len(w.locals) - 1; i >= 0; i-- {
			if w.locals[i].name == n.Value {
				return w.locals[i].nilOK
			}
		}
	}
	return false
}

// isMember reports whether the node is a path that starts at a root with members, such as vars.order.
func (w *rewriter) isMember(n ast.Node) bool {
	for {
		m, ok := n.(*ast.MemberNode)
		if !ok {
			return false
		}
		if base, ok := m.Node.(*ast.IdentifierNode); ok {
			root := w.language.roots[base.Value]
			return root != nil && root.Members
		}
		n = m.Node
	}
}

func constant(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
		return true
	case *ast.UnaryNode:
		return n.Operator == "-" && constant(n.Node)
	case *ast.ArrayNode:
		return !slices.ContainsFunc(n.Nodes, variable)
	case *ast.MapNode:
		return !slices.ContainsFunc(n.Pairs, variable)
	case *ast.PairNode:
		return constant(n.Key) && constant(n.Value)
	}
	return false
}

func variable(n ast.Node) bool { return !constant(n) }
