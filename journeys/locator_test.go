package journeys

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func pointer[T any](v T) *T { return &v }

var locatorOptions = cmp.Options{
	cmpopts.IgnoreFields(Locator{}, "Pos"),
	cmp.Comparer(func(a, b Template) bool { return a.words() == b.words() }),
}

func TestALocatorsStringFormIsReadAndWritten(t *testing.T) {
	for text, want := range map[string]Locator{
		"Order confirmed":                   {Engine: ByVisible, Value: Literal("Order confirmed")},
		"1 + 1 = 2":                         {Engine: ByVisible, Value: Literal("1 + 1 = 2")},
		"total=5":                           {Engine: ByVisible, Value: Literal("total=5")},
		"testid=order-number":               {Engine: ByTestID, Value: Literal("order-number")},
		"css=.total > a[href=\"/x\"]":       {Engine: ByCSS, Value: Literal(`.total > a[href="/x"]`)},
		"xpath=//div[1]":                    {Engine: ByXPath, Value: Literal("//div[1]")},
		"label=Full name":                   {Engine: ByLabel, Value: Literal("Full name")},
		"placeholder=a=b":                   {Engine: ByPlaceholder, Value: Literal("a=b")},
		"role=button":                       {Engine: ByRole, Value: Literal("button")},
		`role=button[name="Place order"]`:   {Engine: ByRole, Value: Literal("button"), Name: pointer(Literal("Place order"))},
		`role=button[name="Say \"hi\" []"]`: {Engine: ByRole, Value: Literal("button"), Name: pointer(Literal(`Say "hi" []`))},
	} {
		got, err := ParseLocator(text)
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
	for text, l := range map[string]Locator{
		`{label: Card number, frame: title=Card payment}`: {Engine: ByLabel, Value: Literal("Card number"),
			Frame: &Locator{Engine: ByTitle, Value: Literal("Card payment")}},
		`{role: button, name: Buy, exact: true, has_text: "a, b", nth: -1, within: {css: .x, nth: 0}}`: {
			Engine: ByRole, Value: Literal("button"), Name: pointer(Literal("Buy")), Exact: true, Nth: pointer(-1),
			HasText: pointer(Literal("a, b")), Within: &Locator{Engine: ByCSS, Value: Literal(".x"), Nth: pointer(0)}},
		`visible=css=x`: {Engine: ByVisible, Value: Literal("css=x")},
	} {
		if got := l.String(); got != text {
			t.Errorf("got %s, want %s", got, text)
		}
	}
	both := Locators{{Engine: ByTestID, Value: Literal("buy")}, {Engine: ByRole, Value: Literal("button"), Name: pointer(Literal("Buy"))}}
	if got, want := both.String(), `[testid=buy, "role=button[name=\"Buy\"]"]`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAWrittenLocatorIsReadAsTheSameLocator(t *testing.T) {
	l := Locator{
		Engine: ByRole, Value: Literal("button"), Name: pointer(Literal(`Say "hi": 5 €`)), Exact: true, Nth: pointer(2),
		HasText: pointer(Literal("- x")), Within: &Locator{Engine: ByVisible, Value: Literal("css=y")},
		Frame: &Locator{Engine: ByTitle, Value: Literal("Pay: here"), Frame: &Locator{Engine: ByCSS, Value: Literal("iframe[a='b']")}},
	}
	got := parseOne(t, "click: "+l.String()).Action.(*Click).Target[0]
	if diff := cmp.Diff(l, got, locatorOptions); diff != "" {
		t.Errorf("%s: %s", l, diff)
	}
}

func TestExpressionsInALocatorDoNotDisturbItsGrammar(t *testing.T) {
	s := parseOne(t, `click: 'role=button[name="Order ${{ "]\"x" + vars.n }} now"]'`)
	got := s.Action.(*Click).Target[0]
	name, err := got.Name.Text(t.Context(), &Scope{Vars: map[string]any{"n": "css=evil"}})
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
		l, err := ParseLocator(text)
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error without a message")
			}
			return
		}
		written := l.String()
		if strings.HasPrefix(written, "{") && l.Engine == ByRole {
			return // the map form: [exact] and the like
		}
		again, err := ParseLocator(written)
		if err != nil {
			t.Fatalf("%q is written as %q, which is refused: %v", text, written, err)
		}
		if diff := cmp.Diff(l, again, locatorOptions); diff != "" {
			t.Fatalf("%q is written as %q, which is another locator: %s", text, written, diff)
		}
	})
}
