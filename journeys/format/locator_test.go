package format

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/outrider-monitor/outrider/journeys"
)

func pointer[T any](v T) *T { return &v }

var locatorOptions = cmp.Options{
	cmpopts.IgnoreFields(journeys.Locator{}, "Pos"),
	cmp.Comparer(func(a, b journeys.Template) bool { return a.Words() == b.Words() }),
}

func TestALocatorsStringFormIsReadAndWritten(t *testing.T) {
	for text, want := range map[string]journeys.Locator{
		"Order confirmed":                   {Engine: journeys.ByVisible, Value: journeys.Literal("Order confirmed")},
		"1 + 1 = 2":                         {Engine: journeys.ByVisible, Value: journeys.Literal("1 + 1 = 2")},
		"total=5":                           {Engine: journeys.ByVisible, Value: journeys.Literal("total=5")},
		"testid=order-number":               {Engine: journeys.ByTestID, Value: journeys.Literal("order-number")},
		"css=.total > a[href=\"/x\"]":       {Engine: journeys.ByCSS, Value: journeys.Literal(`.total > a[href="/x"]`)},
		"xpath=//div[1]":                    {Engine: journeys.ByXPath, Value: journeys.Literal("//div[1]")},
		"label=Full name":                   {Engine: journeys.ByLabel, Value: journeys.Literal("Full name")},
		"placeholder=a=b":                   {Engine: journeys.ByPlaceholder, Value: journeys.Literal("a=b")},
		"role=button":                       {Engine: journeys.ByRole, Value: journeys.Literal("button")},
		`role=button[name="Place order"]`:   {Engine: journeys.ByRole, Value: journeys.Literal("button"), Name: pointer(journeys.Literal("Place order"))},
		`role=button[name="Say \"hi\" []"]`: {Engine: journeys.ByRole, Value: journeys.Literal("button"), Name: pointer(journeys.Literal(`Say "hi" []`))},
	} {
		got, err := journeys.ParseLocator(text)
		if err != nil {
			t.Errorf("ParseLocator(%q): %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got, locatorOptions); diff != "" {
			t.Errorf("ParseLocator(%q): %s", text, diff)
		}
		if got.String() != text {
			t.Errorf("ParseLocator(%q).String() = %q", text, got.String())
		}
	}
}

func TestALocatorIsWrittenAsAPersonWouldWriteIt(t *testing.T) {
	for text, l := range map[string]journeys.Locator{
		`{label: Card number, frame: title=Card payment}`: {Engine: journeys.ByLabel, Value: journeys.Literal("Card number"),
			Frame: &journeys.Locator{Engine: journeys.ByTitle, Value: journeys.Literal("Card payment")}},
		`{role: button, name: Buy, exact: true, has_text: "a, b", nth: -1, within: {css: .x, nth: 0}}`: {
			Engine: journeys.ByRole, Value: journeys.Literal("button"), Name: pointer(journeys.Literal("Buy")), Exact: true, Nth: pointer(-1),
			HasText: pointer(journeys.Literal("a, b")), Within: &journeys.Locator{Engine: journeys.ByCSS, Value: journeys.Literal(".x"), Nth: pointer(0)}},
		`visible=css=x`: {Engine: journeys.ByVisible, Value: journeys.Literal("css=x")},
	} {
		if got := l.String(); got != text {
			t.Errorf("got %s, want %s", got, text)
		}
	}
	both := journeys.Locators{{Engine: journeys.ByTestID, Value: journeys.Literal("buy")}, {Engine: journeys.ByRole, Value: journeys.Literal("button"), Name: pointer(journeys.Literal("Buy"))}}
	if got, want := both.String(), `[testid=buy, "role=button[name=\"Buy\"]"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAWrittenLocatorIsReadAsTheSameLocator(t *testing.T) {
	l := journeys.Locator{
		Engine: journeys.ByRole, Value: journeys.Literal("button"), Name: pointer(journeys.Literal(`Say "hi": 5 €`)), Exact: true, Nth: pointer(2),
		HasText: pointer(journeys.Literal("- x")), Within: &journeys.Locator{Engine: journeys.ByVisible, Value: journeys.Literal("css=y")},
		Frame: &journeys.Locator{Engine: journeys.ByTitle, Value: journeys.Literal("Pay: here"), Frame: &journeys.Locator{Engine: journeys.ByCSS, Value: journeys.Literal("iframe[a='b']")}},
	}
	got := parseOne(t, "click: "+l.String()).Action.(*journeys.Click).Target[0]
	if diff := cmp.Diff(l, got, locatorOptions); diff != "" {
		t.Errorf("%s: %s", l, diff)
	}
}

func TestExpressionsInALocatorDoNotDisturbItsGrammar(t *testing.T) {
	s := parseOne(t, `click: 'role=button[name="Order ${{ "]\"x" + vars.n }} now"]'`)
	got := s.Action.(*journeys.Click).Target[0]
	name, err := got.Name.Text(t.Context(), &journeys.Scope{Vars: map[string]any{"n": "css=evil"}})
	if err != nil || name != `Order ]"xcss=evil now` {
		t.Errorf("got %q, %v", name, err)
	}
	if s.Name != "Click Order {…} now" {
		t.Errorf("the step is called %q", s.Name)
	}
}

func FuzzParseLocator(f *testing.F) {
	for _, seed := range []string{
		"Order confirmed", "testid=x", `role=button[name="a\"]"][exact][nth=-1][has_text='x']`, "css=a[b='c(']", "visible=css=x",
		"xpath=//a", "role=", "role=link[", "=", "rol=x", "role=button[name=x", "//a", "role=button[name=\"\"]",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		l, err := journeys.ParseLocator(text)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error without a message")
			}
			return
		}
		written := l.String()
		if strings.HasPrefix(written, "{") && l.Engine == journeys.ByRole {
			return // the map form: [exact] and the like
		}
		again, err := journeys.ParseLocator(written)
		if err != nil {
			t.Fatalf("%q is written as %q, which is refused: %v", text, written, err)
		}
		if diff := cmp.Diff(l, again, locatorOptions); diff != "" {
			t.Fatalf("%q is written as %q, which is another locator: %s", text, written, diff)
		}
	})
}
