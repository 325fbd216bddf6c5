package browser

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// eachIsolation runs a test twice: with frames of other sites in the page's process, as the headless shell has
// them, and in processes of their own, as the full browser has them.
func eachIsolation(t *testing.T, test func(t *testing.T, d *Driver)) {
	t.Run("one process", func(t *testing.T) { t.Parallel(); test(t, driver(t)) })
	t.Run("a process each", func(t *testing.T) {
		t.Parallel()
		test(t, ownDriver(t, Options{Flags: []string{"--site-per-process"}}))
	})
}

func TestFramesAreLookedInto(t *testing.T) {
	t.Parallel()
	eachIsolation(t, lookIntoFrames)
}

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
  - fill: {label: Card number, frame: `+frame+`}
    with: "4343"
  - click: {role: button, name: Pay, frame: `+frame+`}
  - click: {role: button, name: Pay, frame: `+frame+`}
  - see: {text: paid 4343, frame: `+frame+`}
  - click: {role: heading, name: Frames}
`).pass()
		})
	}
}

func TestFramesInProcessesOfTheirOwnAreKnown(t *testing.T) {
	t.Parallel()
	v := visitWith(t, ownDriver(t, Options{Flags: []string{"--site-per-process"}}), newZoo(t),
		"  - goto: ZOO/frames.html\n  - see: {label: Card number, frame: {title: Other site}}")
	v.pass()
	if n := len(v.s.tab.Sessions()); n < 2 {
		t.Errorf("there are %d sessions: the tests of frames would be of one process", n)
	}
}

func TestAFrameThatIsNotAsItShouldBeIsExplained(t *testing.T) {
	t.Parallel()
	on := func(step string) string { return "  - goto: ZOO/frames.html\n  - " + step }
	checkFailures(t, []failing{
		{"no frame", on("click: {role: button, name: Pay, frame: {title: Payment}}"), probes.Locator, []string{`title "Payment"`}},
		{"nothing in it", on("click: {role: button, name: Order, frame: {title: Other site}}"), probes.Locator, []string{`no button named "Order"`, `button "Pay"`, "in the frame"}},
		{"did not load", on("fill: {label: Card number, frame: {title: Broken}}\n    with: x"), probes.Locator, []string{"in the frame", "did not load", "hangup"}},
		{"no frame at all", on("click: {role: button, name: Pay, frame: {css: h1}}"), probes.Locator, []string{"not a frame"}},
	})
}

func TestExpressionsLookIntoFramesByTheMapFormOfALocator(t *testing.T) {
	t.Parallel()
	visit(t, newZoo(t), `
  - goto: ZOO/frames.html
  - fill: {label: Card number, frame: {title: Other site}}
    with: "4242"
    expect:
      - 'value({label: "Card number", frame: {title: "Other site"}}) == "4242"'
      - 'value({label: "Card number", frame: {title: "Innermost", frame: {title: "Nested"}}}) == ""'
      - 'count({role: "button", frame: "title=Other site"}) == 1 and enabled({role: "button", name: "Pay", frame: {css: "#other"}})'
`).pass()
}

func TestWhatIsInAFrameOnlyIsSaidToBeThere(t *testing.T) {
	t.Parallel()
	checkFailures(t, []failing{
		{"a field", "  - goto: ZOO/frames.html\n  - fill: {label: Card number}\n    with: x", probes.Locator, []string{
			`fill label=Card number: no field labelled "Card number" in the page; it is in a frame: add frame: {title: `}},
	})
}

func TestExpressionsLookIntoFrames(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), "  - goto: ZOO/frames.html\n  - see: {label: Card number, frame: {title: Other site}}\n    expect:\n"+
		"      - count(\"css=label\") == 0")
	v.pass()
}

// TestHalfAClickIsNone sends what the browser's process sends when it has not heard yet of a scroll: the press goes
// to one frame and the release to another.
func TestHalfAClickIsNone(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	v := visit(t, newZoo(t), "  - goto: ZOO/frames.html\n  - fill: {label: Card number, frame: {title: Same site}}\n    with: 4242")
	v.pass()
	tab := v.s.tab
	pay := inpage.Part{Engine: "text", Value: "Pay"}
	same := &locate.Alternative{Part: inpage.Part{Engine: "title", Value: "Same site"}, Label: "title=Same site"}
	mouse := func(kind string, x, y float64) {
		t.Helper()
		if err := tab.Call(ctx, "Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": 1}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{"mousePressed", "mouseReleased"} {
		f, err := tab.Wait(ctx, locate.Subject{Alts: []locate.Alternative{{Part: pay, Frame: same}}}, inpage.Query{Want: inpage.Point, Act: true})
		if err != nil {
			t.Fatal(err)
		}
		var at inpage.Answer
		if err := tab.AskOnce(ctx, tab.MainFrame, "through", map[string]any{"key": same.Label, "x": f.X, "y": f.Y}, &at); err != nil {
			t.Fatal(err)
		}
		mouse(kind, at.X, at.Y)
		var l struct{ OK, Half bool }
		if err := tab.AskOnce(ctx, f.Place.Frame, "landed", nil, &l); err != nil || l.OK && !l.Half {
			t.Errorf("%s alone passes for a click: %+v, %v", kind, l, err)
		}
	}
	// The document around the frame has been told that a click on its heading would not be for it.
	heard := func() bool {
		t.Helper()
		var res page.Evaluated
		if err := tab.Call(ctx, "Runtime.evaluate", page.EvaluateParams{Expression: "globalThis.presses > 0", ByValue: true}, &res); err != nil {
			t.Fatal(err)
		}
		return string(res.Result.Value) == "true"
	}
	if _, err := tab.Evaluate(ctx, page.EvaluateParams{Expression: "presses = 0; addEventListener('mousedown', () => presses++)"}); err != nil {
		t.Fatal(err)
	}
	mouse("mousePressed", 20, 30)
	mouse("mouseReleased", 20, 30)
	if heard() {
		t.Error("a click that was meant for a frame clicked the page around it")
	}
	tab.Disarm([]cdp.FrameID{tab.MainFrame})
	if err := tab.AskOnce(ctx, tab.MainFrame, "title", nil, nil); err != nil { // by now it has been disarmed
		t.Fatal(err)
	}
	mouse("mousePressed", 20, 30)
	if !heard() {
		t.Error("the page stays deaf after a click in a frame")
	}
}
