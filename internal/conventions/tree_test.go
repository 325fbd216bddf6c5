package conventions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/outrider-monitor/outrider/internal/worktree"
)

const module = "github.com/outrider-monitor/outrider"

// goPackage is the Go code of one folder. Test files include those of an external test package.
type goPackage struct {
	// dir is relative to the repository, with slashes; "." is its root.
	dir   string
	files []goFile
	tests []goFile
}

// goFile is one parsed file.
type goFile struct {
	path  string
	ast   *ast.File
	lines int
}

// tree is the repository as the tests see it.
type tree struct {
	fset     *token.FileSet
	packages []goPackage
	// files are all files but those that .gitignore names, relative to the repository.
	files []string
}

// repository reads the tree once for all tests.
func repository(t *testing.T) *tree {
	t.Helper()
	tr, err := readOnce()
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

var readOnce = sync.OnceValues(func() (*tree, error) {
	tr := &tree{fset: token.NewFileSet()}
	var err error
	if tr.files, err = worktree.Files(); err != nil {
		return nil, err
	}
	return tr, tr.parse()
})

func (tr *tree) parse() error {
	byDir := map[string]*goPackage{}
	for _, name := range tr.files {
		if path.Ext(name) != ".go" || strings.Contains(name, "testdata/") {
			continue
		}
		src, err := os.ReadFile(worktree.Path(name))
		if err != nil {
			return err
		}
		parsed, err := parser.ParseFile(tr.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p := byDir[path.Dir(name)]
		if p == nil {
			p = &goPackage{dir: path.Dir(name)}
			byDir[p.dir] = p
		}
		f := goFile{path: name, ast: parsed, lines: strings.Count(string(src), "\n")}
		if strings.HasSuffix(name, "_test.go") {
			p.tests = append(p.tests, f)
		} else {
			p.files = append(p.files, f)
		}
	}
	for _, p := range byDir {
		tr.packages = append(tr.packages, *p)
	}
	sort.Slice(tr.packages, func(i, j int) bool { return tr.packages[i].dir < tr.packages[j].dir })
	return nil
}

// at gives file:line of a node.
func (tr *tree) at(n ast.Node) string {
	pos := tr.fset.Position(n.Pos())
	return pos.Filename + ":" + itoa(pos.Line)
}
