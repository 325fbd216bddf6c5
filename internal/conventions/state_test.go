package conventions

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

func TestThereIsNoInit(t *testing.T) {
	tr := repository(t)
	for _, p := range tr.packages {
		for _, f := range p.files {
			for _, d := range f.ast.Decls {
				if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
					t.Errorf("%s: init runs for whoever imports the package; make it a function that the caller calls", tr.at(fn))
				}
			}
		}
	}
}

// A package variable is either a constant that Go cannot express (an error, a regular expression, a table)
// or embedded; none is ever written to.
func TestNoPackageVariableMutates(t *testing.T) {
	tr := repository(t)
	for _, p := range tr.packages {
		if len(p.files) == 0 {
			continue
		}
		info := resolve(tr, p)
		for _, f := range p.files {
			for _, d := range f.ast.Decls {
				if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
					checkVars(t, tr, g)
				}
			}
			checkWrites(t, tr, f, info)
		}
	}
}

// resolve finds which identifier means which variable. Types of other packages are not needed for that, so
// every import is an empty package and the errors that follow are ignored.
func resolve(tr *tree, p goPackage) *types.Info {
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{Importer: nothing{}, Error: func(error) {}}
	var files []*ast.File
	for _, f := range p.files {
		files = append(files, f.ast)
	}
	_, _ = conf.Check(p.dir, tr.fset, files, info)
	return info
}

type nothing struct{}

func (nothing) Import(path string) (*types.Package, error) {
	name := path[strings.LastIndex(path, "/")+1:]
	p := types.NewPackage(path, name)
	p.MarkComplete()
	return p, nil
}

// checkVars refuses variables that make sense only when something writes to them.
func checkVars(t *testing.T, tr *tree, g *ast.GenDecl) {
	t.Helper()
	for _, spec := range g.Specs {
		s := spec.(*ast.ValueSpec)
		if s.Names[0].Name == "_" || embedded(g, s) {
			continue
		}
		if len(s.Values) == 0 && !strings.Contains(g.Doc.Text(), "set by the linker") {
			t.Errorf("%s: package variable %s has no value, so somebody will write to it", tr.at(s), s.Names[0].Name)
		}
	}
}

func embedded(g *ast.GenDecl, s *ast.ValueSpec) bool {
	for _, doc := range []*ast.CommentGroup{g.Doc, s.Doc} {
		if doc == nil {
			continue
		}
		for _, c := range doc.List {
			if strings.HasPrefix(c.Text, "//go:embed ") {
				return true
			}
		}
	}
	return false
}

// checkWrites refuses assignments to package variables and their parts, and taking their address, within
// function bodies.
func checkWrites(t *testing.T, tr *tree, f goFile, info *types.Info) {
	t.Helper()
	refuse := func(e ast.Expr) {
		id := base(e)
		if id == nil {
			return
		}
		v, ok := info.Uses[id].(*types.Var)
		if ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
			t.Errorf("%s: writes to the package variable %s", tr.at(e), id.Name)
		}
	}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					refuse(e)
				}
			}
		case *ast.IncDecStmt:
			refuse(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				refuse(n.X)
			}
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(n.Args) > 0 {
				refuse(n.Args[0])
			}
		}
		return true
	})
}

// base is the variable that an expression such as a.b[c] is a part of.
func base(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}
