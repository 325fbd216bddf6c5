package expression

import (
	"fmt"

	"github.com/expr-lang/expr/ast"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// names checks every name of an expression before its types are checked, because what it can say is more
// helpful than "unknown name".
type names struct {
	language *Language
	source   string
	known    Known
	used     map[string]bool
	mistakes Mistakes
	// references have their Next filled in when the node above them is seen.
	references []Reference
	referred   map[ast.Node]int
	// locals are the names that `let` declares anywhere in the expression.
	locals map[string]bool
	// callees and bases are identifiers that their parents check.
	callees map[ast.Node]bool
	bases   map[ast.Node]bool
}

func (n *names) check(root ast.Node) Mistakes {
	n.locals, n.callees, n.bases = map[string]bool{}, map[ast.Node]bool{}, map[ast.Node]bool{}
	ast.Walk(&root, visitor(n.collect))
	ast.Walk(&root, visitor(n.visit))
	return n.mistakes
}

type visitor func(ast.Node)

func (v visitor) Visit(node *ast.Node) { v(*node) }

func (n *names) collect(node ast.Node) {
	switch node := node.(type) {
	case *ast.VariableDeclaratorNode:
		n.locals[node.Name] = true
	case *ast.CallNode:
		n.callees[node.Callee] = true
	case *ast.MemberNode:
		n.bases[node.Node] = true
	}
}

func (n *names) visit(node ast.Node) {
	switch node := node.(type) {
	case *ast.IdentifierNode:
		if !n.callees[node] {
			n.identifier(node)
		}
	case *ast.MemberNode:
		n.member(node)
	case *ast.CallNode:
		n.call(node)
	case *ast.BuiltinNode:
		n.used[node.Name] = true
		if !n.language.builtins[node.Name] {
			n.unknown(node, "function", node.Name)
		}
	}
}

func (n *names) identifier(node *ast.IdentifierNode) {
	name := node.Value
	root := n.language.roots[name]
	switch {
	case n.locals[name]:
	case root == nil && (n.language.functions[name] != nil || n.language.builtins[name]):
		n.add(node, fmt.Sprintf("%s is a function", name), fmt.Sprintf("write %s()", name))
	case root == nil:
		n.unknown(node, "name", name)
	case root.Members && !n.bases[node]:
		n.add(node, fmt.Sprintf("%s needs a name", name), fmt.Sprintf("write %s.name", name))
	default:
		n.used[name] = true
	}
}

func (n *names) member(node *ast.MemberNode) {
	base, ok := node.Node.(*ast.IdentifierNode)
	if i, referred := n.referred[node.Node]; referred {
		if name, ok := node.Property.(*ast.StringNode); ok {
			n.references[i].Next = name.Value
		}
	}
	if !ok || n.locals[base.Value] {
		return
	}
	root := n.language.roots[base.Value]
	if root == nil || !root.Members {
		return
	}
	name, ok := node.Property.(*ast.StringNode)
	if !ok {
		n.add(node.Property, fmt.Sprintf("the name after %s must be written out", root.Name), "")
		return
	}
	if n.known != nil {
		if m := n.known(root.Name, name.Value); m != nil {
			n.add(node.Property, m.Message, m.Hint)
		}
	}
	if n.referred == nil {
		n.referred = map[ast.Node]int{}
	}
	n.referred[node] = len(n.references)
	n.references = append(n.references, Reference{
		Root: root.Name, Member: name.Value, Offset: byteOffset(n.source, node.Property.Location().From),
	})
}

func (n *names) call(node *ast.CallNode) {
	callee, ok := node.Callee.(*ast.IdentifierNode)
	if !ok {
		n.add(node, "values have no methods", "write function(value)")
		return
	}
	n.used[callee.Value] = true
	if n.language.functions[callee.Value] == nil {
		n.unknown(callee, "function", callee.Value)
	}
}

func (n *names) unknown(node ast.Node, what, name string) {
	if reason := n.language.elsewhere[name]; reason != "" {
		n.add(node, fmt.Sprintf("%s cannot be used here", name), reason)
		return
	}
	n.add(node, fmt.Sprintf("unknown %s %s", what, name), document.DidYouMean(name, n.language.names))
}

func (n *names) add(node ast.Node, message, hint string) {
	offset := byteOffset(n.source, node.Location().From)
	n.mistakes = append(n.mistakes, &Mistake{Offset: offset, Message: message, Hint: hint})
}
