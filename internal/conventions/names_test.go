package conventions

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

func TestNamesSayWhatAThingIs(t *testing.T) {
	tr := repository(t)
	folders := []string{"util", "utils", "common", "helper", "helpers", "misc", "lib", "pkg", "base", "shared"}
	endings := []string{"Manager", "Handler", "Service", "Impl", "Helper", "Util", "Utils"}
	for _, p := range tr.packages {
		if slices.Contains(folders, path.Base(p.dir)) {
			t.Errorf("%s: a package is named for what it holds, not %q", p.dir, path.Base(p.dir))
		}
		for _, f := range slices.Concat(p.files, p.tests) {
			if base := strings.TrimSuffix(path.Base(f.path), ".go"); slices.Contains(folders, base) {
				t.Errorf("%s: a file is named for the noun in it, not %q", f.path, base)
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if s, ok := n.(*ast.TypeSpec); ok {
					for _, e := range endings {
						if strings.HasSuffix(s.Name.Name, e) {
							t.Errorf("%s: type %s: a name from the field says more than %q", tr.at(s), s.Name.Name, e)
						}
					}
				}
				return true
			})
		}
	}
}

func TestNoTestIsSkipped(t *testing.T) {
	tr := repository(t)
	for _, p := range tr.packages {
		for _, f := range p.tests {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.FuncLit:
					if !isSubtest(n) {
						return false // a property or a fuzz target, which passes over one input
					}
				case *ast.IfStmt:
					if call, ok := n.Cond.(*ast.CallExpr); ok && isSelector(call.Fun, "testing", "Short") {
						return false // go test -short is for people; CI never asks for it
					}
				}
				sel, ok := n.(*ast.SelectorExpr)
				if ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
					t.Errorf("%s: a test that is skipped shows nothing; make its needs part of scripts/install", tr.at(sel))
				}
				return true
			})
		}
	}
}

// isSubtest reports whether a function has the one parameter of a test.
func isSubtest(lit *ast.FuncLit) bool {
	params := lit.Type.Params.List
	if len(params) != 1 || len(params[0].Names) > 1 {
		return false
	}
	star, ok := params[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	return isSelector(star.X, "testing", "T")
}

// isSelector reports whether an expression is pkg.name.
func isSelector(e ast.Expr, pkg, name string) bool {
	sel, ok := e.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && id.Name == pkg
}

// Go silently leaves out every file of a package called documentation, its tests too.
func TestNoPackageIsCalledDocumentation(t *testing.T) {
	for _, p := range repository(t).packages {
		for _, f := range slices.Concat(p.files, p.tests) {
			if f.ast.Name.Name == "documentation" {
				t.Errorf("%s is never compiled: Go ignores packages of that name", f.path)
			}
		}
	}
}
