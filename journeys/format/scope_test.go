package format

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
)

// page answers with what it was asked.
type page struct{}

func (page) Text(_ context.Context, l journeys.Locator) (string, error) {
	if l.Engine == journeys.ByTestID {
		return "", &journeys.MissingError{What: l.String()}
	}
	return "text of " + l.String(), nil
}

func (page) Value(_ context.Context, l journeys.Locator) (string, error) {
	return "value of " + l.String(), nil
}

func (page) Attr(_ context.Context, l journeys.Locator, name string) (string, error) {
	return name + " of " + l.String(), nil
}

func (page) Count(context.Context, journeys.Locator) (int, error) { return 2, nil }

func (page) Visible(context.Context, journeys.Locator) (bool, error) {
	return true, errors.New("the page is gone")
}

func (page) Checked(context.Context, journeys.Locator) (bool, error) { return true, nil }

func (page) Enabled(context.Context, journeys.Locator) (bool, error) { return false, nil }

func (page) InView(context.Context, journeys.Locator) (bool, error) {
	return false, &journeys.MissingError{What: `in_view("x")`, Why: "there is a y"}
}

func TestExpectationsLookAtThePage(t *testing.T) {
	scope := &journeys.Scope{
		Funcs: page{}, Step: journeys.Values{"url": "http://shop/menu", "title": "Menu"}, Vars: map[string]any{"n": "css=.x", "shop": "http://shop"},
	}
	for source, want := range map[string]string{
		`text("Buy") == "text of Buy"`:                                       "",
		`text(vars.n) == "text of css=.x"`:                                   "",
		`attr("css=a", "href") == "href of css=a"`:                           "",
		`value("label=N") == "value of label=N"`:                             "",
		`count("Buy") == 2 and url startsWith vars.shop and title == "Menu"`: "",
		`count("Buy") == 3`:                                                  `count("Buy") is 2`,
		`title == "Basket"`:                                                  `title is "Menu"`,
		`text("testid=x") != "y"`:                                            "testid=x is missing",
		`(text("testid=x") ?? "") == ""`:                                     "",
		`checked("Buy")`:                                                     "",
		`text({label: "Card", frame: {title: "Pay"}, exact: true}) == "text of {label: Card, exact: true, frame: title=Pay}"`:                        "",
		`text({role: "button", name: vars.n, nth: -1, within: "testid=row"}) == "text of {role: button, name: css=.x, nth: -1, within: testid=row}"`: "",
		`text({css: vars.shop, name: "x"}) == ""`: `text({css: vars.shop, name: "x"}): name goes with role`,
		`enabled("Buy")`:               `enabled("Buy") is false`,
		`in_view("x")`:                 `in_view("x") is missing: there is a y`,
		`visible("Buy")`:               `visible("Buy"): the page is gone`,
		`text(vars.shop + "[") == "x"`: `text(vars.shop + "[") is "text of http://shop["`,
	} {
		quoted := strings.ReplaceAll(source, "'", "''")
		v := parseOne(t, "see: A\nexpect: '"+quoted+"'").Expect[0].Check(t.Context(), scope)
		if v.Holds != (want == "") || v.Got != want {
			t.Errorf("%s: got %q, holds %v, err %v, want %q", source, v.Got, v.Holds, v.Err, want)
		}
	}
	v := parseOne(t, "see: A\nexpect: count('A') == 1").Expect[0].Check(t.Context(), &journeys.Scope{})
	if v.Holds || !errors.Is(v.Err, journeys.ErrNoPage) {
		t.Errorf("without a page: %+v", v)
	}
}

func TestAnAnswerMayBeReadWhenItIsUsed(t *testing.T) {
	reads := 0
	scope := &journeys.Scope{Step: journeys.Values{
		"status": 200, "headers": http.Header{"Content-Type": {"text/html"}},
		"json": func() (any, error) { reads++; return nil, errors.New("the body is not JSON") },
	}}
	s := parseOne(t, "get: http://shop/\nexpect:\n- status == 200\n- headers[\"content-type\"] == \"text/html\"\n- json.a != 1\n- json?.a == nil")
	for i, holds := range []bool{true, true, false, false} {
		v := s.Expect[i].Check(t.Context(), scope)
		if v.Holds != holds {
			t.Errorf("%s: %+v", s.Expect[i].Source, v)
		}
	}
	if reads != 2 {
		t.Errorf("the body was read %d times, want 2", reads)
	}
	if s.Expect[0].Uses("json") || !s.Expect[0].Uses("status") {
		t.Error("Uses does not know the names of an expression")
	}
}

func TestAConditionAsksWhetherAVariableWasSaved(t *testing.T) {
	src := `journey: x
steps:
  - get: http://shop/
    save: {order: json.id}
finally:
  - delete: http://shop/${{ vars.order }}
    if: vars.order != nil
  - get: http://shop/
    if: vars.order == nil or vars.order == "a"
  - get: http://shop/
    if: vars.order != "a"
`
	js, err := Parse("x.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	steps := js[0].Finally
	for i, want := range []bool{false, true} {
		if v := steps[i].If.Check(t.Context(), &journeys.Scope{}); v.Holds != want || v.Err != nil {
			t.Errorf("%s without it: %+v", steps[i].If.Source, v)
		}
	}
	if v := steps[2].If.Check(t.Context(), &journeys.Scope{}); v.Holds || v.Err == nil {
		t.Errorf("%s without it: %+v", steps[2].If.Source, v)
	}
	if v := steps[0].If.Check(t.Context(), &journeys.Scope{Vars: map[string]any{"order": "a"}}); !v.Holds {
		t.Errorf("%s with it: %+v", steps[0].If.Source, v)
	}
	if _, err := steps[0].Action.(*journeys.Request).URL.Text(t.Context(), &journeys.Scope{}); err == nil {
		t.Error("a URL was made of a variable that is not there")
	}
}

func TestNamesAreMadeOfVerbs(t *testing.T) {
	src := `journey: x
vars: {shop: 'http://shop', id: '1'}
secrets: {card: {env: CARD}}
steps:
  - goto: ${{ vars.shop }}/menu?a=b
  - goto: http://ada:secret@shop/x
  - click: Buy
  - click: {role: button, name: Buy}
  - name: Click Buy (2)
    click: css=.buy
  - get: ${{ vars.shop }}/orders/${{ vars.id }}
  - fill: {label: Card}
    with: ${{ secrets.card }}
  - fill_form: {Name: Ada, Postcode: N1}
  - see: Order ${{ secrets.card }}
`
	js, err := Parse("x.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Open /menu", "Open http://shop/x", "Click Buy", "Click Buy (3)", "Click Buy (2)", "GET /orders/{id}", "Fill Card",
		"Fill Name, Postcode", "See Order {card}",
	}
	for i, s := range js[0].Steps {
		if s.Name != want[i] {
			t.Errorf("step %d is called %q, want %q", i, s.Name, want[i])
		}
	}
}

func TestASetOfJourneysIsChecked(t *testing.T) {
	var all []journeys.Journey
	for name, more := range map[string]string{
		"a": "alert: {depends_on: [b]}\n", "b": "alert: {depends_on: [c, nobody]}\n", "c": "alert: {depends_on: [a, c]}\n",
		"d": "vars: {x: '${{ journeys.a.id }} ${{ journeys.e.sku }}', y: '${{ journeys.e.skv }}', z: '${{ journeys.eee.x }}'}\n",
		"e": "publish: {sku: '1'}\n",
	} {
		js, err := Parse(name+".yaml", []byte(fmt.Sprintf("journey: %s\nsteps: [{see: A}]\n%s", name, more)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, js...)
	}
	again, err := Parse("again.yaml", []byte("journey: e\nsteps: [{see: A}]\n"))
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, again...)
	got := CheckSet(all).Error()
	for _, want := range []string{
		`depends_on leads in a circle: a, b, c, a`,
		`b.yaml:3:25: alert.depends_on[1]: there is no journey "nobody"`,
		`c.yaml:3:25: alert.depends_on[1]: a journey cannot depend on itself`,
		`d.yaml:3:25: vars.x: the journey "a" does not publish "id"`,
		`vars.y: the journey "e" does not publish "skv" (did you mean "sku"?)`,
		`vars.z: there is no journey "eee"`,
		`another journey is called "e" (the name is the journey's identity everywhere) [the first is here: e.yaml:1:1]`,
	} {
		if strings.Count(got, want) != 1 {
			t.Errorf("got\n%s\nwant once %s", got, want)
		}
	}
	if n := strings.Count(got, "\n") + 1; n != 7 {
		t.Errorf("got %d problems, want 7:\n%s", n, got)
	}
}
