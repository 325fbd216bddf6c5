package docs

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
)

// answer is what the page's examples of expressions look at; the page shows it.
const answer = `{"name": " Ada ", "total": 12.5, "items": [{"dish": "soup", "price": 3}, {"dish": "pizza", "price": 9.5}], "tags": ["new", "hot"], "at":
"2026-11-25T10:00:00Z"}`

func formatPage(t *testing.T) page {
	t.Helper()
	for _, p := range pages(t) {
		if p.path == "docs/journey-format.md" {
			return p
		}
	}
	t.Fatal("there is no docs/journey-format.md")
	return page{}
}

func TestEveryExampleOfAnExpressionHolds(t *testing.T) {
	if !strings.Contains(read(t, "docs/journey-format.md"), answer) {
		t.Error("the page does not show the answer that its examples look at")
	}
	d := json.NewDecoder(strings.NewReader(answer))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	scope := &journeys.Scope{Step: journeys.Values{"json": v, "status": 200}}
	seen := 0
	for _, b := range formatPage(t).blocks {
		if b.info != "expr" {
			continue
		}
		for _, line := range strings.Split(strings.TrimSpace(b.text), "\n") {
			seen++
			quoted := strings.ReplaceAll(line, "'", "''")
			js, err := format.Parse("x.yaml", fmt.Appendf(nil, "journey: x\nsteps:\n- get: http://a.example\n  expect: '%s'\n", quoted))
			if err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			if v := js[0].Steps[0].Expect[0].Check(t.Context(), scope); !v.Holds {
				t.Errorf("%s does not hold: %s %v", line, v.Got, v.Err)
			}
		}
	}
	if seen < 10 {
		t.Errorf("found only %d examples", seen)
	}
}

// What a reader is told of is shown too, in a block that a test reads or runs.
func TestEveryKeyVerbAndFunctionHasAnExample(t *testing.T) {
	var shown strings.Builder
	for _, b := range formatPage(t).blocks {
		if strings.HasPrefix(b.info, "yaml") || b.info == "expr" {
			shown.WriteString(b.text + "\n")
		}
	}
	text := shown.String()
	for _, key := range schemaKeys(t) {
		if !regexp.MustCompile(`(^|[\s{,\-"'])` + regexp.QuoteMeta(key) + `["']?:`).MatchString(text) {
			t.Errorf("docs/journey-format.md shows no example of the key %s: add one to a yaml block", key)
		}
	}
	for _, name := range functions(t) {
		if !regexp.MustCompile(`(^|[^A-Za-z0-9_])` + name + `\(`).MatchString(text) {
			t.Errorf("docs/journey-format.md shows no example of %s(): add one to the expr block, or to a yaml block", name)
		}
	}
}

// schemaKeys are the keys of the JSON Schema, wherever they are.
func schemaKeys(t *testing.T) []string {
	t.Helper()
	var root any
	if err := json.Unmarshal(format.Schema(), &root); err != nil {
		t.Fatal(err)
	}
	var keys []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			if properties, ok := v["properties"].(map[string]any); ok {
				for key := range properties {
					keys = append(keys, key)
				}
			}
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(root)
	if slices.Sort(keys); len(keys) < 100 {
		t.Fatalf("found only the keys %q", keys)
	}
	return slices.Compact(keys)
}
