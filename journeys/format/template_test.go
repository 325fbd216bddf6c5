package format

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// parseOne reads a step of a journey that has the variable n and the secret card.
func parseOne(t testing.TB, step string) journeys.Step {
	t.Helper()
	src := "journey: one\nvars: {n: x, shop: 'http://shop'}\nsecrets: {card: {env: CARD}}\nsteps:\n  - " +
		strings.ReplaceAll(step, "\n", "\n    ") + "\n  - see: the end\n"
	js, err := Parse("one.yaml", []byte(src))
	if err != nil {
		t.Fatalf("%s: %v", src, err)
	}
	return js[0].Steps[0]
}

func textOf(t testing.TB, template string, s *journeys.Scope) (string, error) {
	t.Helper()
	quoted, err := json.Marshal(template)
	if err != nil {
		t.Fatal(err)
	}
	return parseOne(t, "fill: A\nwith: "+string(quoted)).Action.(*journeys.Fill).With.Text(t.Context(), s)
}

func TestATemplateIsFilledOnce(t *testing.T) {
	scope := &journeys.Scope{
		Vars: map[string]any{"n": "${{ vars.shop }} $${{", "shop": 12345678.0}, Secrets: map[string]string{"card": "4242"},
		Env: func(name string) (string, bool) { return "from " + name, name != "UNSET" },
		Run: map[string]any{"id": "r1", "attempt": 1}, Journeys: map[string]map[string]any{"a-b": {"c": json.Number("12.00")}},
	}
	for template, want := range map[string]string{
		"":                                                "",
		"plain":                                           "plain",
		"${{ vars.n }}":                                   "${{ vars.shop }} $${{",
		"a ${{vars.shop}} b ${{ secrets.card }}":          "a 12345678 b 4242",
		"a literal $${{ vars.n }}":                        "a literal ${{ vars.n }}",
		"${{ vars.shop }} and $${{":                       "12345678 and ${{",
		`${{ "}}" + '}}' }}!`:                             "}}}}!",
		`${{ {"a": {"b": 1}}.a.b }}`:                      "1",
		`${{ env.UNSET ?? "default" }}`:                   "default",
		`${{ env.HOME }}`:                                 "from HOME",
		`${{ run.id }}-${{ run.attempt }}`:                "r1-1",
		`${{ journeys["a-b"].c }}`:                        "12",
		`${{ 1e21 }} ${{ 0.1 }} ${{ 1e-7 }}`:              "1000000000000000000000 0.1 0.0000001",
		`${{ [1, "a", true] }} ${{ 1 == 1 }}`:             `[1,"a",true] true`,
		`${{ base64("a") }} ${{ sha256("a")[0:8] }}`:      "YQ== ca978112",
		`${{ match("o=([0-9]+)", "o=12") }}`:              "12",
		`${{ match("[0-9]+", "o=12") }}`:                  "12",
		`${{ match("x", "o=12") ?? "none" }}`:             "none",
		`${{ len(uuid()) }} ${{ len(random_digits(6)) }}`: "36 6",
		`${{ upper(vars.n[0:1]) + lower("A") }}`:          "$a",
		`${{ duration("90s") }}`:                          "1m30s",
		"€ ${{ 'ü' }} ${ } }} {{":                         "€ ü ${ } }} {{",
	} {
		got, err := textOf(t, template, scope)
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", template, got, err, want)
		}
	}
}

func TestATemplateNeverHoldsWhatIsMissing(t *testing.T) {
	scope := &journeys.Scope{Vars: map[string]any{"n": nil}}
	for template, what := range map[string]string{
		"x${{ vars.n }}":                  "vars.n",
		"${{ vars.shop }}":                "vars.shop",
		"${{ secrets.card }}":             "secrets.card",
		"${{ env.UNSET }}":                "env.UNSET",
		"${{ journeys.other.id }}":        "journeys.other",
		"${{ run.id }}":                   "run.id",
		`${{ match("(a)", "b") }}`:        `a match of "(a)" in "b"`,
		`${{ env?.UNSET }}`:               "env?.UNSET",
		`${{ vars.n ?? secrets.card }}`:   "secrets.card",
		`${{ "a" + env.UNSET }}`:          "env.UNSET",
		`${{ vars.n + "b" }}`:             "vars.n",
		`${{ true ? vars.shop : "abc" }}`: "vars.shop",
	} {
		got, err := textOf(t, template, scope)
		missing := new(journeys.MissingError)
		if !errors.As(err, &missing) || missing.What != what {
			t.Errorf("%s: got %q, %v, want %s to be missing", template, got, err, what)
		}
	}
}

func TestAStaticTemplateIsKnownWithoutAScope(t *testing.T) {
	if text, ok := journeys.Literal("${{ x }}").Static(); !ok || text != "${{ x }}" {
		t.Errorf("got %q, %v", text, ok)
	}
	if text, ok := (journeys.Template{}).Static(); !ok || text != "" {
		t.Errorf("got %q, %v", text, ok)
	}
	s := parseOne(t, "fill: A\nwith: ${{ vars.n }}")
	if _, ok := s.Action.(*journeys.Fill).With.Static(); ok {
		t.Error("an expression is static")
	}
	if text, err := (journeys.Template{}).Text(t.Context(), nil); err != nil || text != "" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestAJSONBodyIsWhatItsAuthorWrote(t *testing.T) {
	s := parseOne(t, `post: http://shop/
json:
  octal: 010
  time: 12:30
  switch: on
  exponent: 1e3
  price: 12.00
  negative: -1
  yes: true
  quoted: "true"
  nothing: null
  empty:
  typed: ${{ 1 + 1 }}
  list: [1, "${{ [1, 2] }}", "a ${{ vars.n }}"]
  literal: $${{ x }}
  date: 2024-01-01`)
	v, err := s.Action.(*journeys.Request).JSON.JSON(t.Context(), &journeys.Scope{Vars: map[string]any{"n": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"date":"2024-01-01","empty":null,"exponent":1e3,"list":[1,[1,2],"a x"],"literal":"${{ x }}","negative":-1,` +
		`"nothing":null,"octal":"010","price":12.00,"quoted":"true","switch":"on","time":"12:30","typed":2,"yes":true}`
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestRandomDigitsAreDigits(t *testing.T) {
	seen := map[string]bool{}
	for range 20 {
		text, err := textOf(t, "${{ random_digits(12) }}", &journeys.Scope{})
		if err != nil || len(text) != 12 || strings.Trim(text, "0123456789") != "" || seen[text] {
			t.Fatalf("got %q, %v", text, err)
		}
		seen[text] = true
	}
	if _, err := textOf(t, "${{ random_digits(65) }}", &journeys.Scope{}); err == nil {
		t.Error("65 digits were given")
	}
}

func TestTheTimeIsNow(t *testing.T) {
	before := time.Now()
	text, err := textOf(t, "${{ now() }}", &journeys.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || got.Before(before.Add(-time.Second)) || got.After(time.Now().Add(time.Second)) {
		t.Errorf("got %q, %v", text, err)
	}
}

func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{
		"a ${{ vars.n }} b", "$${{", "${{ 'a' }}", `${{ {"a": 1}.a }}`, "${{", "}}", "${{ vars.n[0:2] }}", "${{ 1..3 }}",
		"${{ map(1..3, # * 2) }}", "${{ let x = 1; x }}", "${{ vars?.n ?? 1 }}", "${{ -1 }}", "${{ \"\\u00e9\" }}", "${{ [1][5] }}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		quoted, err := json.Marshal(text)
		if err != nil {
			return
		}
		src := fmt.Sprintf("journey: x\nvars: {n: y}\nsteps:\n  - see: A\n  - fill: A\n    with: %s\n", quoted)
		js, err := Parse("x.yaml", []byte(src))
		if err != nil {
			return
		}
		with := js[0].Steps[1].Action.(*journeys.Fill).With
		got, err := with.Text(t.Context(), &journeys.Scope{Vars: map[string]any{"n": "value"}})
		if err != nil {
			return
		}
		if static, ok := with.Static(); ok && got != static {
			t.Errorf("a static template gives %q, not %q", got, static)
		}
	})
}
