package format

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"testdata/ok/*.yaml", "testdata/bad/*.yaml", "../../examples/journeys/*.yaml"} {
		for _, file := range glob(f, pattern) {
			f.Add(readFile(f, file))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		js, err := Parse("x.yaml", src)
		CheckSet(js)
		if err != nil {
			problems, ok := err.(document.Problems)
			if !ok {
				t.Fatalf("not problems but %T", err)
			}
			for _, p := range problems {
				if p.Pos.Line < 1 || p.Pos.Column < 1 || p.Message == "" {
					t.Errorf("a problem without a place or a message: %+v", p)
				}
			}
			return
		}
		for _, j := range js {
			names := map[string]bool{}
			for _, s := range append(j.Steps, j.Finally...) {
				if s.Action == nil || s.Name == "" || names[s.Name] {
					t.Errorf("a step without an action or a name of its own: %+v", s)
				}
				names[s.Name] = true
			}
		}
	})
}

// FuzzExpr looks for an expectation that holds although what it looks at is not there, and for one that does not end.
func FuzzExpr(f *testing.F) {
	for _, seed := range []string{
		"json.a == 1", "json.a != 1", "not (json.a in [1])", "json.a ?? true", "json?.a == nil", "all(json.a, # > 1)", "any(json.b, .x)",
		"let x = json.a; x != 1", "json.b[0] == 1 or json.a == 2", "len(string(json.b)) > 1", "{'a': json.a}.a != 2", "true",
		"sum(json.b) > 1", "map(1..9, # * 2)[8] == 18", "json.b | filter(# > 1) | len() > 0", "status != 1", "now() > now()",
		`"a" matches "["`, "reduce(json.b, #acc + #) > 1", "json.b[json.b[0]] != 1", "-json.a < 1", "if json.a { true } else { true }",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if strings.ContainsAny(source, "\n\r") {
			return
		}
		src := fmt.Sprintf("journey: x\nsteps:\n  - get: http://shop/\n    expect: '%s'\n", strings.ReplaceAll(source, "'", "''"))
		js, err := Parse("x.yaml", []byte(src))
		if err != nil || len(js[0].Steps[0].Expect) != 1 {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		e := js[0].Steps[0].Expect[0]
		v := e.Check(ctx, &journeys.Scope{Step: journeys.Values{"status": 200, "json": map[string]any{"b": []any{1, 2.5, "c"}}}})
		if ctx.Err() != nil {
			t.Errorf("%s takes more than a minute", source)
		}
		if v.Holds != (v.Got == "") {
			t.Errorf("%s: %+v", source, v)
		}
		if v.Holds && v.Err != nil {
			t.Errorf("%s holds with an error: %+v", source, v)
		}
	})
}

func TestFilesMayBeReadAndExpressionsRunAtTheSameTime(t *testing.T) {
	src := readFile(t, "testdata/ok/everything.yaml")
	shared := parseOne(t, "get: http://shop/\nexpect: 'all(json.a, # > 0) and status == 200'")
	scope := &journeys.Scope{Step: journeys.Values{"status": 200, "json": map[string]any{"a": []any{1, 2}}}}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if _, err := Parse("x.yaml", src); err != nil {
					t.Error(err)
				}
				if v := shared.Expect[0].Check(t.Context(), scope); !v.Holds {
					t.Errorf("%+v", v)
				}
			}
		})
	}
	wg.Wait()
}
