package format

import (
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
)

func TestEqualExpressionsShareOneProgramAcrossFiles(t *testing.T) {
	l := new(Loader)
	const text = "journey: NAME\nvars: {id: '1'}\nsteps:\n  - get: http://x.example/${{ vars.id }}\n    expect: [status == 200]\n"
	first, err := l.Parse("a.yaml", []byte(strings.Replace(text, "NAME", "first", 1)))
	if err != nil {
		t.Fatal(err)
	}
	second, err := l.Parse("b.yaml", []byte(strings.Replace(text, "NAME", "second", 1)))
	if err != nil {
		t.Fatal(err)
	}
	a, b := first[0].Steps[0], second[0].Steps[0]
	if a.Expect[0].Program != b.Expect[0].Program {
		t.Error("the same expectation was compiled twice")
	}
	if x, y := a.Action.(*journeys.Request).URL.Parts[1].Expr, b.Action.(*journeys.Request).URL.Parts[1].Expr; x.Program != y.Program {
		t.Error("the same part of a template was compiled twice")
	}
	if pos := b.Expect[0].Pos.String(); !strings.HasPrefix(pos, "b.yaml:5:") {
		t.Errorf("the second expectation says it stands at %s", pos)
	}
}

func TestASharedExpressionIsHeldToTheNamesOfEachJourney(t *testing.T) {
	const text = `journey: first
vars: {id: "1"}
steps: [{get: "http://x.example/${{ vars.id }}"}]
---
journey: second
steps: [{get: "http://x.example/${{ vars.id }}"}]
`
	_, err := Parse("a.yaml", []byte(text))
	if err == nil || !strings.Contains(err.Error(), "a.yaml:6:") || !strings.Contains(err.Error(), "unknown variable id") {
		t.Errorf("the variable that the second journey does not have was not refused: %v", err)
	}
}

func TestASharedExpressionIsHeldToTheNamesOfItsPlace(t *testing.T) {
	const text = `journey: first
steps:
  - get: http://x.example/
    expect: [status == 200]
  - get: http://x.example/
    if: status == 200
`
	_, err := Parse("a.yaml", []byte(text))
	if err == nil || !strings.Contains(err.Error(), "a.yaml:6:") {
		t.Errorf("status was accepted in an if: %v", err)
	}
}
