package browser

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestAClickLandsOnWhatItNames(t *testing.T) {
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
			visit(t, z, "\n  - goto: ZOO/click.html\n  - "+c.step+"\n").fail(probes.Locator, c.words...)
		})
	}
}
