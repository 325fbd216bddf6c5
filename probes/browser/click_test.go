package browser

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestAClickLandsOnWhatItNames(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	visit(t, z, `
  - goto: ZOO/click.html
  - click: Buy
    expect: text("testid=out") == "bought"
  - click: {role: button, name: Buy now}
    expect: text("testid=out") == "bought now"
  - click: testid=second
    expect: text("testid=out") == "two"
  - click: Far away
    expect: text("testid=out") == "far"
  - click: Elsewhere
  - see: You are elsewhere
    expect: title == "Elsewhere"
`).pass()
}

func TestAClickSaysWhatStoodInTheWay(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	for name, c := range map[string]struct {
		step  string
		words []string
	}{
		"covered":  {"click: Underneath", []string{"covered by", `id="cookie-banner"`}},
		"disabled": {"click: Sold out", []string{"disabled"}},
		"twins":    {"click: Twin", []string{"2 matches", `button "Twin"`}},
		"nearest":  {"click: {role: button, name: Purchase now}", []string{`no button named "Purchase now"`}},
		"similar":  {"click: {role: button, name: Buy it now}", []string{`no button named "Buy it now"`, `button "Buy now"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visit(t, z, "\n  - goto: ZOO/click.html\n  - "+c.step+"\n").fail(probes.Locator, c.words...)
		})
	}
}

func TestWhatMovesIsWaitedForAndWhatOnlyPulsesIsNot(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	visit(t, z, `
  - goto: ZOO/moving.html
  - click: Slides in
    expect: text("testid=out") == "slid"
  - click: Pulses
    expect: text("testid=out") == "pulsed"
`).pass()
	visit(t, z, "  - goto: ZOO/moving.html\n  - click: Runs away").fail(probes.Locator, "click Runs away: it moved away from the mouse")
}

func TestWhatIsBelowAHeaderOrInABoxIsScrolledTo(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/header.html
  - click: Below the header
    expect: text("testid=out") == "clicked"
  - click: In a box that scrolls
    expect: text("testid=out") == "inner"
  - scroll_to: A header that stays
`).pass()
}

func TestAButtonThatIsReplacedIsClickedOnceItIsUsable(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/late.html
  - click: Late
    expect: text("testid=out") == "second"
  - gone: Loading
`).pass()
}

func TestAClickReachesTheShadow(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/names.html
  - click: Shadow button
  - see: Shadow pressed
  - hover: Close dialog
  - dblclick: Close dialog
`).pass()
}

func TestADialogIsAnsweredAndToldByTheFailureAfterIt(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	visit(t, z, `
  - goto: ZOO/dialogs.html
  - click: {role: button, name: Alert, exact: true}
    expect: text("testid=out") == "after"
  - click: Confirm
    expect: text("testid=out") == "false"
`).pass()
	v := visit(t, z, "  - goto: ZOO/dialogs.html\n  - click: Alert later\n  - see: Order confirmed")
	v.failDiagnosed(probes.Assertion, `the page opened alert("Late news")`)
	if e := v.evidence(); len(e.Console) != 1 || e.Console[0].Level != "dialog" || e.Console[0].Text != "alert: Late news" {
		t.Errorf("the console is %+v", e.Console)
	}
}

func TestLeavingAPageIsNobodysFailure(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), "  - goto: ZOO/dialogs.html\n  - click: Leave\n  - see: You are elsewhere").pass()
}
