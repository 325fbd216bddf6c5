package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/internal/worktree"
)

// What the code reads is in the reference: the keys are the texts that the readers are asked for.
func TestEveryKeyOfAJourneyIsInItsReference(t *testing.T) {
	keys := keysRead(t, func(name string) bool { return path.Dir(name) == "journeys/format" })
	mentions(t, "docs/journey-format.md", keys, 40)
}

func TestEveryKeyOfTheConfigurationIsInItsReference(t *testing.T) {
	keys := keysRead(t, func(name string) bool {
		return strings.HasPrefix(name, "monitor/config") && name != "monitor/config_journeys.go"
	})
	mentions(t, "docs/operations.md", keys, 20)
}

func TestEveryKeyOfAPagerIsInItsReference(t *testing.T) {
	keys := keysRead(t, func(name string) bool { return path.Dir(name) == "monitor/pager" || path.Dir(name) == "monitor/secret" })
	mentions(t, "docs/pagers.md", keys, 8)
}

func TestEveryFunctionOfTheLanguageIsInItsReference(t *testing.T) {
	mentions(t, "docs/journey-format.md", functions(t), 30)
}

func TestEveryVerbIsInItsReference(t *testing.T) {
	mentions(t, "docs/journey-format.md", verbs(t), 20)
}

func TestEveryCommandIsInTheReference(t *testing.T) {
	text := read(t, "docs/operations.md")
	commands := commandNames(t)
	if len(commands) < 8 {
		t.Errorf("found only the commands %q", commands)
	}
	for _, c := range commands {
		if !strings.Contains(text, "`outrider "+c) {
			t.Errorf("docs/operations.md does not mention outrider %s", c)
		}
	}
}

// mentions wants each name in backquotes somewhere on the page, and at least some names to be found at all.
func mentions(t *testing.T, page string, names []string, least int) {
	t.Helper()
	if len(names) < least {
		t.Fatalf("found only %d names in the code, want %d at least: %q", len(names), least, names)
	}
	words := map[string]bool{}
	for i, part := range strings.Split(read(t, page), "`") {
		if i%2 == 0 {
			continue
		}
		for _, w := range strings.FieldsFunc(part, func(r rune) bool {
			return r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
		}) {
			words[w] = true
		}
	}
	for _, name := range names {
		if !words[name] {
			t.Errorf("%s does not mention `%s`", page, name)
		}
	}
}

// keysRead are the keys that a reader knows: the texts given to the methods of document.Map, and the first
// element of each entry of a table of fields.
func keysRead(t *testing.T, wanted func(string) bool) []string {
	t.Helper()
	keys := map[string]bool{}
	inspect(t, wanted, func(n ast.Node) {
		var found []ast.Expr
		switch n := n.(type) {
		case *ast.CallExpr:
			found = keysOfCall(n)
		case *ast.CompositeLit:
			found = keysOfTable(n)
		}
		for _, e := range found {
			if key, ok := constant(e); ok {
				keys[key] = true
			}
		}
	})
	return slices.Sorted(maps.Keys(keys))
}

func keysOfCall(call *ast.CallExpr) []ast.Expr {
	one := []string{"Text", "Int", "Float", "Bool", "Duration", "Bytes", "Enum", "Texts", "List", "Map", "Get", "Has"}
	switch fn := call.Fun.(type) {
	case *ast.SelectorExpr:
		if slices.Contains(one, fn.Sel.Name) && len(call.Args) > 0 {
			return call.Args[:1]
		}
		if fn.Sel.Name == "Need" {
			return call.Args
		}
	case *ast.Ident:
		if fn.Name == "atLeast" && len(call.Args) > 2 {
			return call.Args[2:3]
		}
	}
	return nil
}

func keysOfTable(lit *ast.CompositeLit) []ast.Expr {
	typ := lit.Type
	array, isArray := typ.(*ast.ArrayType)
	if isArray {
		typ = array.Elt
	}
	generic, ok := typ.(*ast.IndexExpr)
	if !ok {
		return nil
	}
	if name, ok := generic.X.(*ast.Ident); !ok || name.Name != "field" {
		return nil
	}
	entries := []ast.Expr{lit}
	if isArray {
		entries = lit.Elts
	}
	var keys []ast.Expr
	for _, e := range entries {
		entry, ok := e.(*ast.CompositeLit)
		if !ok || len(entry.Elts) == 0 {
			continue
		}
		first := entry.Elts[0]
		if kv, ok := first.(*ast.KeyValueExpr); ok {
			first = kv.Value
		}
		keys = append(keys, first)
	}
	return keys
}

// functions are the names of the Function values and of the builtins that are let through.
func functions(t *testing.T) []string {
	t.Helper()
	names := map[string]bool{}
	inspect(t, func(name string) bool { return strings.HasPrefix(name, "journeys/") }, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Call" {
				return
			}
		case *ast.CompositeLit:
			var name string
			isFunction := false
			for _, e := range n.Elts {
				kv, ok := e.(*ast.KeyValueExpr)
				if !ok {
					continue
				}
				switch key, _ := kv.Key.(*ast.Ident); {
				case key == nil:
				case key.Name == "Name":
					name, _ = constant(kv.Value)
				case key.Name == "Call":
					isFunction = true
				}
			}
			if isFunction && name != "" {
				names[name] = true
			}
		case *ast.ValueSpec:
			if n.Names[0].Name != "builtins" {
				return
			}
			for _, v := range n.Values {
				if lit, ok := v.(*ast.CompositeLit); ok {
					for _, e := range lit.Elts {
						if name, ok := constant(e); ok {
							names[name] = true
						}
					}
				}
			}
		}
	})
	return slices.Sorted(maps.Keys(names))
}

// verbs are what the Verb methods return.
func verbs(t *testing.T) []string {
	t.Helper()
	names := map[string]bool{}
	inspect(t, func(name string) bool { return path.Dir(name) == "journeys" }, func(n ast.Node) {
		fn, ok := n.(*ast.FuncDecl)
		if !ok || fn.Name.Name != "Verb" || fn.Body == nil {
			return
		}
		for _, s := range fn.Body.List {
			if ret, ok := s.(*ast.ReturnStmt); ok {
				if name, ok := constant(ret.Results[0]); ok {
					names[name] = true
				}
			}
		}
	})
	for _, method := range []string{"get", "head", "post", "put", "patch", "delete", "options"} {
		names[method] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// commandNames are the fields of the type commands in main.go.
func commandNames(t *testing.T) []string {
	t.Helper()
	var names []string
	inspect(t, func(name string) bool { return name == "cmd/outrider/main.go" }, func(n ast.Node) {
		spec, ok := n.(*ast.TypeSpec)
		if !ok || spec.Name.Name != "commands" {
			return
		}
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			tag, _ := constant(f.Tag)
			name := reflect.StructTag(tag).Get("name")
			if name == "" {
				name = strings.ToLower(f.Names[0].Name)
			}
			if reflect.StructTag(tag).Get("hidden") == "" && !strings.Contains(tag, `hidden:""`) {
				names = append(names, name)
			}
		}
	})
	return names
}

// inspect shows every node of the product files that are wanted.
func inspect(t *testing.T, wanted func(string) bool, see func(ast.Node)) {
	t.Helper()
	for _, name := range files(t) {
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") || !wanted(name) {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), worktree.Path(name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool { see(n); return true })
	}
}

// constant is the value of a text literal.
func constant(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit == nil || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(worktree.Path(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
