package browser

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestWhatAPersonSeesIsFound(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	for name, step := range map[string]string{
		"text":                "see: A text with odd spaces",
		"text over elements":  "see: 'Total: £12.00'",
		"heading":             "see: {role: heading, name: Basket}",
		"link by its name":    "see: {role: link, name: Basket}",
		"aria-label":          "see: Close dialog",
		"name by a picture":   "see: {role: button, name: Delete}",
		"name by a style":     "see: {role: button, name: Print}",
		"submit's value":      "see: Go on",
		"role by attribute":   "see: {role: button, name: A button in all but name}",
		"title":               "see: {title: Explanation}",
		"alt":                 "see: {alt: A red door}",
		"img role":            "see: {role: img, name: A red door}",
		"testid":              "see: testid=tip",
		"within":              "see: {role: button, name: Remove, within: {testid: row, has_text: Pears}}",
		"nth":                 "see: {role: button, name: Remove, nth: 1}",
		"last":                "see: {testid: row, nth: -1}",
		"shadow text":         "see: In the shadow",
		"shadow css":          "see: {css: button, within: {css: my-card}}",
		"xpath":               "see: xpath=//li[2]/button",
		"exact":               "see: {text: Basket, exact: true, within: {css: h1}}",
		"other case":          "see: in the SHADOW",
		"transformed":         "see: SHOUTED WORDS",
		"alternatives":        "see: [testid=nowhere, {role: button, name: Delete}]",
		"gone":                "gone: Loading",
		"hidden is gone":      "gone: Hidden text",
		"transparent is gone": "gone: Clear text",
		"within a region":     "see: {role: button, name: Take it, within: {role: region, name: News}}",
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); visit(t, z, "  - goto: ZOO/names.html\n  - "+step).pass() })
	}
}

func TestWhatAPersonDoesNotSeeIsNotFound(t *testing.T) {
	t.Parallel()
	on := func(step string) string { return "  - goto: ZOO/names.html\n  - " + step }
	checkFailures(t, []failing{
		{"absent", on("see: Order confirmed"), probes.Assertion, []string{`no "Order confirmed"`}},
		{"hidden", on("see: Hidden text"), probes.Assertion, []string{"not visible"}},
		{"transparent", on("see: Clear text"), probes.Assertion, []string{"not visible"}},
		{"hidden button", on("click: {role: button, name: Hidden button}"), probes.Locator, []string{`the button "Hidden button" is there but not visible`}},
		{"several", on("see: {role: button, name: Remove}"), probes.Locator, []string{"2 matches", "{role: button, name: Remove, within: {testid: row, has_text: Apples}}", "has_text: Pears"}},
		{"still there", on("gone: 'Total: £12.00'"), probes.Assertion, []string{"still there"}},
		{"nearest", on("click: {role: button, name: Close this dialog}"), probes.Locator, []string{`there is a button "Close dialog"`}},
		{"other role", on("click: {role: link, name: Delete}"), probes.Locator, []string{`no link named "Delete"`, `button "Delete"`}},
		{"test id", on("see: testid=rows"), probes.Assertion, []string{`no element with the test id "rows"`, `test id "row"`}},
		{"nth", on("see: {testid: row, nth: 5}"), probes.Assertion, []string{"with nth: 5; there are 2, nth: 0 to 1"}},
		{"exact", on("see: {text: total, exact: true}"), probes.Assertion, []string{`no text "total"`}},
		{"within nothing", on("see: {role: button, name: Remove, within: {testid: table}}"), probes.Assertion, []string{`no element with the test id "table"`}},
		{"near a class", on("see: css=h1 .ikon"), probes.Assertion, []string{`no element for the CSS selector "h1 .ikon"; there is a .icon`}},
		{"bad css", on(`see: "css=li:::x"`), probes.Config, []string{"not a CSS selector"}},
		{"bad xpath", on(`see: "xpath=//li!!"`), probes.Config, []string{"not an XPath"}},
	})
}

func TestExpressionsLookAtThePage(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	visit(t, z, `
  - goto: ZOO/names.html
    expect:
      - title == "Names"
      - url == "ZOO/names.html"
      - count("testid=row") == 2
      - count("role=button[name=\"Remove\"]") == 2
      - count("testid=nowhere") == 0
      - visible("testid=tip")
      - not visible("text=Hidden text")
      - text("css=h1") == "Basket"
      - attr("testid=tip", "title") == "Explanation"
      - attr("css=img[alt=\"A red door\"]", "width") == "20"
  - goto: ZOO/fields.html
    expect:
      - value("label=Full name") == "Somebody Else"
      - value("label=Country") == ""
      - text("testid=out") == ""
`).pass()
}

func TestAMissingValueIsMissing(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	for _, expression := range []string{
		`text("testid=nowhere") != "x"`, `value("css=h1") == ""`, `attr("css=h1", "href") == ""`, `text("css=li") == "x"`,
		`text("text=Hidden text") == "Hidden text"`,
	} {
		t.Run(expression, func(t *testing.T) {
			t.Parallel()
			if err := visit(t, z, "  - goto: ZOO/names.html\n    expect: '"+expression+"'").step(secondsFive); err == nil {
				t.Errorf("%s holds", expression)
			}
		})
	}
}

func TestDriftIsReported(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), "  - goto: ZOO/names.html\n  - click: [{role: button, name: Remove everything}, testid=tip]")
	if err := v.step(secondsFive); err != nil {
		t.Fatal(err)
	}
	if err := v.step(secondsFive); err != nil {
		t.Fatal(err)
	}
	if v.done.Drift != "testid=tip" {
		t.Errorf("the drift is %q", v.done.Drift)
	}
}
