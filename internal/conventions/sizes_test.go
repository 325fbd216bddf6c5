package conventions

import (
	"fmt"
	"go/ast"
	"sort"
	"strings"
	"testing"
)

// The sizes of habit 2. What is over a limit fails; what is over a wish is printed by go test -v.
const (
	fileLimit    = 400
	funcLimit    = 80
	funcWish     = 40
	packageWish  = 1500
	shownLongest = 15
)

func TestNoFileIsOverItsLimit(t *testing.T) {
	for _, p := range repository(t).packages {
		for _, f := range p.files {
			if f.lines > fileLimit {
				t.Errorf("%s has %d lines, the limit is %d: is there a second noun in it?", f.path, f.lines, fileLimit)
			}
		}
	}
}

func TestNoFunctionIsOverItsLimit(t *testing.T) {
	tr := repository(t)
	var long []string
	for _, p := range tr.packages {
		for _, f := range p.files {
			for _, d := range f.ast.Decls {
				fn, ok := d.(*ast.FuncDecl)
				if !ok {
					continue
				}
				lines := tr.fset.Position(fn.End()).Line - tr.fset.Position(fn.Pos()).Line + 1
				if lines > funcLimit {
					t.Errorf("%s: %s has %d lines, the limit is %d", tr.at(fn), fn.Name.Name, lines, funcLimit)
				} else if lines > funcWish {
					long = append(long, fmt.Sprintf("%4d lines  %s %s", lines, tr.at(fn), fn.Name.Name))
				}
			}
		}
	}
	sort.Sort(sort.Reverse(sort.StringSlice(long)))
	if len(long) > 0 {
		t.Logf("%d functions are over %d lines, the longest:\n%s", len(long), funcWish,
			strings.Join(long[:min(len(long), shownLongest)], "\n"))
	}
}

func TestBigPackagesAreNamed(t *testing.T) {
	for _, p := range repository(t).packages {
		lines := 0
		for _, f := range p.files {
			lines += f.lines
		}
		if lines > packageWish {
			t.Logf("%s has %d lines; past %d a package asks for a second idea to move out", p.dir, lines, packageWish)
		}
	}
}
