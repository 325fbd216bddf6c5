package expression

import "github.com/expr-lang/expr/ast"

// literal gives a text, or a map of texts, numbers, truths and such maps, that an expression holds as it is.
func literal(n ast.Node) (any, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.MapNode:
		m := map[string]any{}
		for _, pair := range n.Pairs {
			p, ok := pair.(*ast.PairNode)
			if !ok {
				return nil, false
			}
			key, ok := p.Key.(*ast.StringNode)
			if !ok {
				return nil, false
			}
			if m[key.Value], ok = member(p.Value); !ok {
				return nil, false
			}
		}
		return m, true
	}
	return nil, false
}

func member(n ast.Node) (any, bool) {
	switch n := n.(type) {
	case *ast.BoolNode:
		return n.Value, true
	case *ast.IntegerNode:
		return n.Value, true
	case *ast.UnaryNode:
		if i, ok := n.Node.(*ast.IntegerNode); ok && n.Operator == "-" {
			return -i.Value, true
		}
		return nil, false
	}
	return literal(n)
}
