package conventions

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
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
	if err := tr.list(); err != nil {
		return nil, err
	}
	return tr, tr.parse()
})

// root is where the repository starts, seen from this package.
func root(elem ...string) string { return filepath.Join(append([]string{"..", ".."}, elem...)...) }

// list walks the repository, leaving out what .gitignore names, so that it works without git too.
func (tr *tree) list() error {
	ignored, err := os.ReadFile(root(".gitignore"))
	if err != nil {
		return err
	}
	patterns := append(strings.Fields(string(ignored)), ".git/")
	return filepath.WalkDir(root(), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root(), name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case ignores(patterns, rel, d.IsDir()) && d.IsDir():
			return fs.SkipDir
		case !ignores(patterns, rel, d.IsDir()) && !d.IsDir():
			tr.files = append(tr.files, rel)
		}
		return nil
	})
}

// ignores understands the part of gitignore's language that ours uses: a leading slash anchors, a trailing
// one means a folder, * is a wildcard within a name.
func ignores(patterns []string, rel string, dir bool) bool {
	for _, p := range patterns {
		if strings.HasSuffix(p, "/") && !dir {
			continue
		}
		subject := path.Base(rel)
		if strings.Contains(strings.TrimSuffix(p, "/"), "/") {
			subject = rel
		}
		if ok, _ := path.Match(strings.Trim(p, "/"), subject); ok {
			return true
		}
	}
	return false
}

func (tr *tree) parse() error {
	byDir := map[string]*goPackage{}
	for _, name := range tr.files {
		if path.Ext(name) != ".go" || strings.Contains(name, "testdata/") {
			continue
		}
		src, err := os.ReadFile(root(name))
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
