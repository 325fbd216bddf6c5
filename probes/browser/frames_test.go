package browser

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// eachIsolation runs a test twice: with frames of other sites in the page's process, as the headless shell has
// them, and in processes of their own, as the full browser has them.
func eachIsolation(t *testing.T, test func(t *testing.T, d *Driver)) {
	t.Run("one process", func(t *testing.T) { test(t, driver(t)) })
	t.Run("a process each", func(t *testing.T) { test(t, ownDriver(t, Options{Flags: []string{"--site-per-process"}})) })
}

func TestFramesAreLookedInto(t *testing.T) { eachIsolation(t, lookIntoFrames) }

func lookIntoFrames(t *testing.T, d *Driver) {
	z := newZoo(t)
	z.misbehave(t)
	for name, frame := range map[string]string{
		"same site":  "{title: Same site}",
		"other site": "{title: Other site}",
		"nested":     "{title: Innermost, frame: {title: Nested}}",
		"css":        "{css: iframe#other}",
	} {
		t.Run(name, func(t *testing.T) {
			visitWith(t, d, z, `
  - goto: ZOO/frames.html
  - fill: {label: Card number, frame: `+frame+`}
    with: "4242"
  - click: {role: button, name: Pay, frame: `+frame+`}
  - see: {text: paid 4242, frame: `+frame+`}
`).pass()
		})
	}
}

func TestFramesInProcessesOfTheirOwnAreKnown(t *testing.T) {
	v := visitWith(t, ownDriver(t, Options{Flags: []string{"--site-per-process"}}), newZoo(t),
		"  - goto: ZOO/frames.html\n  - see: {label: Card number, frame: {title: Other site}}")
	v.pass()
	if n := len(v.s.tab.sessions()); n < 2 {
		t.Errorf("there are %d sessions: the tests of frames would be of one process", n)
	}
}

func TestAFrameThatIsNotAsItShouldBeIsExplained(t *testing.T) {
	on := func(step string) string { return "  - goto: ZOO/frames.html\n  - " + step }
	checkFailures(t, []failing{
		{"no frame", on("click: {role: button, name: Pay, frame: {title: Payment}}"), probes.Locator, []string{`title "Payment"`}},
		{"nothing in it", on("click: {role: button, name: Order, frame: {title: Other site}}"), probes.Locator, []string{`no button named "Order"`, `button "Pay"`, "in the frame"}},
		{"did not load", on("fill: {label: Card number, frame: {title: Broken}}\n    with: x"), probes.Locator, []string{"in the frame", "did not load", "hangup"}},
		{"no frame at all", on("click: {role: button, name: Pay, frame: {css: h1}}"), probes.Locator, []string{"not a frame"}},
	})
}

func TestExpressionsLookIntoFrames(t *testing.T) {
	v := visit(t, newZoo(t), "  - goto: ZOO/frames.html\n  - see: {label: Card number, frame: {title: Other site}}\n    expect:\n"+
		"      - count(\"css=label\") == 0")
	v.pass()
}
