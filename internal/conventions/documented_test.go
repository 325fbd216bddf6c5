package conventions

import (
	"go/ast"
	"strings"
	"testing"
)

func TestEveryPackageSaysInThreeToEightLinesWhatItIs(t *testing.T) {
	for _, p := range repository(t).packages {
		var docs []string
		for _, f := range p.files {
			if f.ast.Doc != nil {
				docs = append(docs, f.ast.Doc.Text())
			}
		}
		if len(p.files) == 0 {
			continue
		}
		if len(docs) != 1 {
			t.Errorf("%s has %d package comments, want one, in doc.go or main.go", p.dir, len(docs))
			continue
		}
		name := p.files[0].ast.Name.Name
		if !strings.HasPrefix(docs[0], "Package "+name+" ") && name != "main" {
			t.Errorf("%s: the package comment starts with %.30q, want %q", p.dir, docs[0], "Package "+name+" ...")
		}
		if n := prose(docs[0]); n < 3 || n > 8 {
			t.Errorf("%s: the package comment has %d lines, want 3 to 8: what it is, what it is not, its one rule", p.dir, n)
		}
	}
}

// prose counts the lines of a comment that are neither empty nor code.
func prose(doc string) int {
	n := 0
	for _, line := range strings.Split(doc, "\n") {
		if line != "" && line[0] != '\t' {
			n++
		}
	}
	return n
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	tr := repository(t)
	promised := interfaceMethods(tr)
	for _, p := range tr.packages {
		for _, f := range p.files {
			for _, d := range f.ast.Decls {
				switch d := d.(type) {
				case *ast.FuncDecl:
					checkFunc(t, tr, d, promised)
				case *ast.GenDecl:
					checkDecl(t, tr, d)
				}
			}
		}
	}
}

// checkFunc asks for a comment, unless an interface, where it is documented, promises the method.
func checkFunc(t *testing.T, tr *tree, fn *ast.FuncDecl, promised map[string]bool) {
	t.Helper()
	if !fn.Name.IsExported() || fn.Doc != nil {
		return
	}
	if fn.Recv != nil && (promised[fn.Name.Name] || !ast.IsExported(receiver(fn))) {
		return
	}
	t.Errorf("%s: %s is exported and has no comment", tr.at(fn), fn.Name.Name)
}

// checkDecl takes the comment of a group for each name in it.
func checkDecl(t *testing.T, tr *tree, d *ast.GenDecl) {
	t.Helper()
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() && s.Doc == nil && d.Doc == nil && s.Comment == nil {
				t.Errorf("%s: type %s is exported and has no comment", tr.at(s), s.Name.Name)
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() && s.Doc == nil && d.Doc == nil && s.Comment == nil {
					t.Errorf("%s: %s is exported and has no comment", tr.at(s), name.Name)
				}
			}
		}
	}
}

// interfaceMethods are the methods of our interfaces, and those of the standard library that everyone knows.
func interfaceMethods(tr *tree) map[string]bool {
	names := map[string]bool{"Error": true, "String": true, "Len": true, "Less": true, "Swap": true,
		"ServeHTTP": true, "Write": true, "Read": true, "Close": true, "RoundTrip": true,
		"Describe": true, "Collect": true, "Enabled": true, "Handle": true, "WithAttrs": true, "WithGroup": true}
	for _, p := range tr.packages {
		for _, f := range p.files {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if i, ok := n.(*ast.InterfaceType); ok {
					for _, m := range i.Methods.List {
						for _, name := range m.Names {
							names[name.Name] = true
						}
					}
				}
				return true
			})
		}
	}
	return names
}

// receiver is the name of a method's type.
func receiver(fn *ast.FuncDecl) string {
	e := fn.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
