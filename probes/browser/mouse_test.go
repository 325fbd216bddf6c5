package browser

import (
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

func TestEveryButtonOfTheMouseAndKeysHeldWithItAreTrusted(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/mouse.html
  - click: Menu
    expect: text("testid=out") == "click left trusted"
  - click: Menu
    button: right
    expect: text("testid=out") == "contextmenu right trusted"
  - click: Menu
    button: middle
    expect: text("testid=out") == "auxclick middle trusted"
  - click: Menu
    modifiers: [Control, Shift]
    expect: text("testid=out") == "click left ctrl+shift trusted" and attr("css=body", "data-keys") == "Control Shift "
  - dblclick: Menu
    modifiers: Meta
    expect: text("testid=out") == "dblclick left meta trusted"
  - hover: Menu
    modifiers: Alt
    expect: text("testid=out") == "mousemove left alt trusted"
  - click: testid=map
    position: {x: 150, y: 20}
    expect: text("testid=out") == "at 150, 20"
`).pass()
}

func TestTheWheelScrolls(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/mouse.html
  - scroll: bottom
    on: testid=list
    expect: count("The last") == 1 and in_view("Menu")
  - scroll: top
    on: testid=list
    expect: in_view("text=First")
  - scroll: bottom
    expect: in_view("testid=footer") and not in_view("Menu")
  - scroll: -5000
    expect: in_view("Menu")
`).pass()
}

func TestAClickThatCannotBeDoneSaysWhy(t *testing.T) {
	t.Parallel()
	on := func(step string) string { return "  - goto: ZOO/mouse.html\n  - " + step }
	checkFailures(t, []failing{
		{"beside it", on("click: testid=map\n    position: {x: 300, y: 20}"), probes.Locator,
			[]string{"click testid=map: the position 300, 20 is not on it: it measures 200 by 100"}},
		{"right on what is disabled", on("click: Locked\n    button: right"), probes.Locator, []string{"click Locked: disabled"}},
		{"covered there", on("click: testid=canvas\n    position: {x: 8, y: 20}"), probes.Locator, []string{`covered by <button id="corner">`}},
		{"disabled, by a selector", on("click: css=#locked"), probes.Locator, []string{`click css=#locked: disabled (it is the button "Locked")`}},
		{"nothing to scroll", on("scroll: 100\n    on: testid=lists"), probes.Locator, []string{`scroll testid=lists: no element with the test id "lists"; there is a test id "list"`}},
		{"inert", on("click: Asleep"), probes.Locator, []string{"click Asleep: inert: the page lets nobody use this part of it now"}},
		{"no pointer events", on("click: Untouchable"), probes.Locator, []string{"click Untouchable: it takes no clicks (its style says pointer-events: none)"}},
	})
}

func TestWhatIsTrueOfAnElementIsSaid(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/mouse.html
  - see: testid=map
    expect:
      - checked("Agree") and checked("Dark") and not checked("label=Never")
      - enabled("Menu") and not enabled("Locked") and not enabled("label=Inside")
      - in_view("Menu") and not in_view("testid=footer") and not in_view("testid=hidden")
  - uncheck: Agree
    expect: not checked("Agree")
  - scroll_to: testid=footer
    expect: in_view("testid=footer") and not in_view("testid=map")
`).pass()
}

func TestWhatIsNotTrueOfAnElementFailsInWords(t *testing.T) {
	t.Parallel()
	for expect, want := range map[string]string{
		`checked("label=Never")`:   `expected checked("label=Never"), got checked("label=Never") is false`,
		`checked("Menu")`:          `checked("Menu") is missing: button "Menu" cannot be checked`,
		`enabled("Locked")`:        `enabled("Locked") is false`,
		`enabled("Looked")`:        `enabled("Looked") is missing: no "Looked"; there is a button "Locked"`,
		`in_view("testid=footer")`: `in_view("testid=footer") is false`,
		`checked("label=Neverr")`:  `no field labelled "Neverr"; there is a field labelled "Never"`,
	} {
		t.Run(expect, func(t *testing.T) {
			t.Parallel()
			v := visit(t, newZoo(t), "  - goto: ZOO/mouse.html\n    expect: "+expect)
			if err := v.step(time.Second); err == nil || !containsAny(err.Error(), want) {
				t.Errorf("got %v, want %s", err, want)
			}
		})
	}
}
