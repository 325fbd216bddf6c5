package browser

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestClosedShadowRootsAreLookedInto(t *testing.T) {
	t.Parallel()
	eachIsolation(t, lookIntoShadows)
}

func lookIntoShadows(t *testing.T, d *Driver) {
	z := newZoo(t)
	visitWith(t, d, z, `
  - goto: ZOO/shadows.html
  - fill: {label: Card number}
    with: "4242"
    expect: value("label=Card number") == "4242"
  - click: {role: button, name: Pay by card}
    expect: text("testid=out") == "card 4242 trusted"
  - see: Deep inside
  - see: {text: On a plain element}
    expect: count("css=shut-card h2") == 1 and text("css=shut-card") == "Card details Card number Pay by card Deep inside" and text("css=inner-card p") == "Deep inside"
`).pass()
	visitWith(t, d, z, "  - goto: ZOO/shadows.html\n  - gone: Deep inside").fail(probes.Assertion, `still there: <p> "Deep inside"`)
	visitWith(t, d, z, "  - goto: ZOO/shadows.html\n  - click: {role: button, name: Pay by cart}").
		fail(probes.Locator, `no button named "Pay by cart"; there is a button "Pay by card"`)
	visitWith(t, d, z, `
  - goto: ZOO/shadows-frame.html
  - fill: {label: Card number, frame: {title: Other site}}
    with: "4343"
  - click: {role: button, name: Pay by card, frame: {title: Other site}}
    expect: 'text({testid: "out", frame: {title: "Other site"}}) == "card 4343 trusted"'
  - click: [{text: Pay by cash, frame: {title: Other site}}, {text: Pay by card, frame: {title: Other site}}]
`).pass()
	visitWith(t, d, z, "  - goto: ZOO/shadows.html\n    expect: count(\"css=shut-card button\") == 1").pass()
}

func TestASelectorGoesThroughShadowRoots(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/shadows.html
  - see: css=open-shop .shelf > open-item span.price
    expect: text("css=body .price") == "£4" and count("css=h1 .price") == 0
  - see: "css=h6, open-shop [class='price']"
  - gone: css=.shelf > .price
  - see: {css: open-shop, has_text: £4}
`).pass()
}

func TestTheAttributeOfTestIDsIsTheJourneysOwn(t *testing.T) {
	t.Parallel()
	on := "browser: {test_id_attribute: id}\nsteps:\n  - goto: ZOO/shadows.html\n  - see: testid="
	visit(t, newZoo(t), on+"second").pass()
	visit(t, newZoo(t), on+"rows").fail(probes.Assertion, `no element with the test id "rows"`)
}

func TestMatchesAreListedAsAnAuthorWouldWriteThem(t *testing.T) {
	t.Parallel()
	on := func(step string) string { return "  - goto: ZOO/shadows.html\n  - " + step }
	checkFailures(t, []failing{
		{"in rows", on("click: Remove"), probes.Locator, []string{
			"click Remove: 2 matches: {role: button, name: Remove, within: {testid: row, has_text: Pears}}, " +
				"{role: button, name: Remove, within: {testid: row, has_text: Apples}}"}},
		{"in regions", on("click: {role: link, name: Read more}"), probes.Locator, []string{
			`2 matches: {role: link, name: Read more, within: {role: region, name: News}}, {role: link, name: Read more, within: {role: region, name: Offers}}`}},
		{"by a test id, by number", on("click: {role: button, name: Pay, exact: true}"), probes.Locator, []string{
			`3 matches: testid=first (button "Pay"), {role: button, name: Pay, nth: 1}, {role: button, name: Pay, nth: 2}`}},
		{"fields", on("fill: css=input:not([type])\n    with: x"), probes.Locator, []string{
			`3 matches: {role: textbox, name: Name}, {role: textbox, name: Name of the street}, {role: textbox, name: Name of the dog}`}},
		{"by an id", on("see: css=.line"), probes.Locator, []string{`2 matches: {css: .line, nth: 0} (<p class="line"> "Line"), css=#second (<p id="second"> "Line")`}},
		{"none of several", on("click: [testid=pay, {role: button, name: Buy now}]"), probes.Locator, []string{
			`no element with the test id "pay"; there is a test id "`, `; nor a button named "Buy now"`}},
	})
}
