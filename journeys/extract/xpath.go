package extract

import (
	"fmt"

	"github.com/antchfx/htmlquery"
	"github.com/antchfx/xpath"
)

// XPath is a compiled expression of XPath 1.0.
type XPath struct {
	source string
	expr   *xpath.Expr
}

// CompileXPath reads an expression.
func CompileXPath(source string) (*XPath, error) {
	expr, err := xpath.Compile(source)
	if err != nil {
		return nil, fmt.Errorf("not an XPath expression: %w", err)
	}
	return &XPath{source, expr}, nil
}

func (x *XPath) String() string { return x.source }

// Find gives what the expression yields: the text of each node found, or the one number, text or truth that a function
// such as count() gives.
func (x *XPath) Find(m *Markup) (found []any, err error) {
	defer func() {
		// The library panics where a function is given what it cannot take.
		if p := recover(); p != nil {
			err = fmt.Errorf("XPath: %v", p)
		}
	}()
	found = []any{}
	switch v := x.expr.Evaluate(htmlquery.CreateXPathNavigator(m.root)).(type) {
	case *xpath.NodeIterator:
		for v.MoveNext() {
			nav, ok := v.Current().(*htmlquery.NodeNavigator)
			if ok && nav.NodeType() != xpath.AttributeNode {
				found = append(found, textOf(nav.Current()))
			} else {
				found = append(found, v.Current().Value())
			}
		}
	default:
		found = append(found, v)
	}
	return found, nil
}
