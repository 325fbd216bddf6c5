package browser

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestWhatIsInThePageButNotOnTheScreenIsNotSeen(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	for name, c := range map[string]struct{ step, words string }{
		"folded":                {"see: Folded to nothing", "not visible"},
		"left of the page":      {"see: Left of the page", "not visible"},
		"a shut drawer":         {"see: In a drawer that is shut", "not visible"},
		"below the window":      {"see: Below the window for good", "not visible"},
		"clipped as of old":     {"see: Clipped as of old", "not visible"},
		"a transparent frame":   {"see: {role: heading, frame: {title: Transparent}}", "not visible"},
		"one pixel":             {"see: For readers of the screen", "not visible"},
		"clipped":               {"see: Clipped away", "not visible"},
		"clear as glass":        {"see: Clear as glass", "not visible"},
		"clear, with a child":   {"see: Clear too", "not visible"},
		"in clear air":          {"see: In clear air", "not visible"},
		"indented away":         {"see: Indented away", "not visible"},
		"closed details":        {"see: Inside what is closed", `no "Inside what is closed"`},
		"hidden until found":    {"see: Until it is found", `no "Until it is found"`},
		"a hidden word":         {"see: Your order is not confirmed", `no "Your order is not confirmed"`},
		"an option":             {"see: Not chosen", `no "Not chosen"`},
		"what a field was once": {"see: Stale note", `no "Stale note"`},
		"in a hidden frame":     {"see: {role: heading, frame: {title: Hidden}}", `the frame`},
		"in a frame of no size": {"see: {role: heading, frame: {title: Without size}}", `the frame`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visit(t, z, "  - goto: ZOO/unseen.html\n  - "+c.step).fail(probes.Assertion, c.words)
		})
	}
}

func TestWhatIsNotOnTheScreenStandsInNobodysWay(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/unseen.html
  - see: Your order is confirmed
  - see: A sunset of letters
  - see: and half ink
  - see: {role: link, name: The logo}
  - gone: Clear as glass
  - see: A broken word
  - gone: In a drawer that is shut
  - see: Fixed to what scrolls
  - see: Said twice
  - see: Out of the fold
  - gone: Folded to nothing
  - click: Only one
    expect: text("testid=out") == "the one"
  - click: Folded twin
    expect: text("testid=out") == "the open one"
  - check: {label: Drawn switch}
    expect: text("testid=out") == "switched true"
  - gone: {text: Anything, frame: {title: Not there}}
  - gone: [{text: Anything, frame: {title: Not there}}, {text: Nothing like it}]
  - fill: {label: Telephone}
    with: 020 7946-0958
  - click: Book the trip
  - see: You are elsewhere
`).pass()
}

func TestAllAlternativesMustBeGoneInFramesToo(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/unseen.html
  - gone: [{text: Anything, frame: {title: Not there}}, {text: A broken word}]
`).fail(probes.Assertion, "still there")
}

func TestAFieldThatDropsMoreThanBlanksDidNotTakeTheText(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), "  - goto: ZOO/unseen.html\n  - fill: {label: Mail}\n    with: a@b.com").
		fail(probes.Locator, "did not take the text")
}
