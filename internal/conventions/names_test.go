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
			if base := strings.TrimSuffix(strings.TrimSuffix(path.Base(f.path), ".go"), "_test"); slices.Contains(folders, base) {
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
				sel, ok := n.(*ast.SelectorExpr)
				if ok && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, sel.Sel.Name) {
					t.Errorf("%s: a test that is skipped shows nothing; make its needs part of scripts/install", tr.at(sel))
				}
				return true
			})
		}
	}
}
