package browser

import (
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestATabThatAPageOpensIsTurnedTo(t *testing.T) {
	t.Parallel()
	z, h := listening(t)
	z.misbehave(t)
	visit(t, z, `
browser: {viewport: 640x480, color_scheme: dark}
steps:
  - goto: ZOO/tabs.html
  - click: Open the receipt
  - switch_tab: new
  - see: Your receipt
    expect:
      - title == "Receipt"
      - text("testid=size") == "640x480"
  - eval: "matchMedia('(prefers-color-scheme: dark)').matches && navigator.userAgent.endsWith('Outrider/1.0')"
    expect: result
  - eval: fetch('/heard/tab')
  - switch_tab: 0
    expect: title == "Tabs"
  - click: Open later
  - switch_tab: {url: "*?late"}
  - see: Your receipt
  - close_tab:
    expect: title == "Tabs"
  - switch_tab: Rec*
  - click: Ask
  - switch_tab: {title: Tabs}
  - click: Write one
  - switch_tab: new
  - see: Written by its opener
`).pass()
	h.Lock()
	defer h.Unlock()
	if got := h.by["127.0.0.1/heard/tab"]; got.Get("X-Outrider-Run") != "run-1" || !strings.HasSuffix(got.Get("User-Agent"), "Outrider/1.0") {
		t.Errorf("the tab asks as %q, of run %q", got.Get("User-Agent"), got.Get("X-Outrider-Run"))
	}
}

func TestATabThatClosesItselfGivesWayToItsOpener(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	visit(t, z, `
  - goto: ZOO/tabs.html
  - click: Pay
  - switch_tab: {url: "*?pay"}
  - click: Confirm
    expect: title == "Tabs"
  - see: paid
  - click: Pay
  - switch_tab: new
  - eval: window.close()
  - see: Open the receipt
`).pass()
	visit(t, z, "  - goto: ZOO/tabs.html\n  - eval: window.open('about:blank'); window.close()\n  - see: Your receipt").fail(probes.Assertion)
}

func TestATabThatIsNotThereFails(t *testing.T) {
	t.Parallel()
	checkFailures(t, []failing{
		{"none is opened", "  - goto: ZOO/tabs.html\n  - switch_tab: new", probes.Navigation, []string{"no new tab was opened", `0 "Tabs" at http`}},
		{"no such title", "  - goto: ZOO/tabs.html\n  - click: Open the receipt\n  - switch_tab: Invoice*", probes.Navigation,
			[]string{`the title or the URL "Invoice*"`, `1 "Receipt" at http`}},
		{"no such number", "  - goto: ZOO/tabs.html\n  - switch_tab: 1", probes.Navigation, []string{"no tab 1"}},
		{"it is broken", "  - goto: ZOO/tabs.html\n  - click: Open what is broken\n  - switch_tab: new", probes.Status, []string{"answered 500"}},
		{"it closes itself", "  - goto: ZOO/tabs.html\n  - eval: \"{ window.open('hasty.html') }\"\n  - switch_tab: new", probes.Navigation, []string{"closed while it was turned to"}},
		{"the only one", "  - goto: ZOO/tabs.html\n  - close_tab:", probes.Config, []string{"the only tab"}},
	})
}

func TestWhatOtherTabsSaidIsEvidence(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), `
  - goto: ZOO/tabs.html
  - click: Open the receipt
  - switch_tab: new
  - see: Your receipt
  - switch_tab: 0
  - see: Your receipt
`)
	v.fail(probes.Assertion)
	e := v.evidence()
	if len(e.Console) != 1 || e.Console[0].Text != "the receipt is there" || e.PageTitle != "Tabs" {
		t.Errorf("the evidence is %+v of %q", e.Console, e.PageTitle)
	}
	har := ""
	for _, a := range e.Artifacts {
		if a.Name == e.HAR {
			har = string(a.Data)
		}
	}
	if !strings.Contains(har, "/tabs.html") || strings.Count(har, `"url":`) < 2 {
		t.Errorf("the recording is not of both tabs: %s", har)
	}
}
