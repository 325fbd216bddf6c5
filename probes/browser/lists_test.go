package browser

import (
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestListsThatPagesDrawAreChosenFromByHand(t *testing.T) {
	z := newZoo(t)
	for name, steps := range map[string]string{
		"by label":       "select: label=Drink\n    with: Wine\n    expect: value(\"css=#drink\") == \"Wine\" and attr(\"css=body\", \"data-trusted\") == \"true\"",
		"by value":       "select: {role: combobox, name: Drink}\n    with: h2o\n    expect: text(\"css=#drink\") == \"Water\"",
		"twice":          "select: label=Drink\n    with: Wine\n  - select: label=Drink\n    with: water\n    expect: text(\"css=#drink\") == \"Water\"",
		"what is shown":  "select: Choose wine or water\n    with: Wine\n    expect: text(\"css=#drink\") == \"Wine\"",
		"one to type in": "select: label=City\n    with: London\n    expect: attr(\"css=body\", \"data-city\") == \"London\"",
		"several":        "select: {role: listbox, name: Extras}\n    with: [Capers, Olives]\n    expect: count(\"css=#extras [aria-selected=true]\") == 2 and value(\"css=#extras\") == \"Capers, Olives\"",
		"in a frame":     "select: {label: Inner, frame: {title: Inner list}}\n    with: One\n    expect: 'text({css: \"button\", frame: {title: \"Inner list\"}}) == \"One\"'",
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); visit(t, z, "  - goto: ZOO/lists.html\n  - "+steps).pass() })
	}
}

func TestAListThatDoesNotTakeAChoiceFails(t *testing.T) {
	on := func(step string) string { return "  - goto: ZOO/lists.html\n  - " + step }
	checkFailures(t, []failing{
		{"no option", on("select: label=Drink\n    with: Beer"), probes.Locator, []string{`select label=Drink: no option "Beer"; there is "Water", "Wine", "Mulled wine"`}},
		{"a part is no option", on("select: label=Drink\n    with: Mulled"), probes.Locator, []string{`no option "Mulled"`}},
		{"disabled", on("select: label=Drink\n    with: Mulled wine"), probes.Locator, []string{"disabled"}},
		{"not taken", on("select: Size\n    with: Large"), probes.Locator, []string{`the page did not take the choice of "Large": it shows "Size"`}},
		{"opens nothing", on("select: label=Dressing\n    with: Oil"), probes.Locator, []string{"it opened no list of options"}},
		{"nothing to type", on("select: label=City\n    with: Paris"), probes.Locator, []string{"it opened no list of options"}},
	})
}

func TestTheOutlineShowsWhatAListOfThePagesOwnHolds(t *testing.T) {
	v := visit(t, newZoo(t), "  - goto: ZOO/lists.html\n  - select: label=Drink\n    with: Wine\n  - see: Wine")
	v.pass()
	outline := v.evidence().Outline
	for _, line := range []string{`- combobox "Drink" [collapsed]: Wine`, `- combobox "Dressing": Vinegar`, `- listbox "Extras": Capers`} {
		if !strings.Contains(outline, line) {
			t.Errorf("the outline has no line %s:\n%s", line, outline)
		}
	}
}
