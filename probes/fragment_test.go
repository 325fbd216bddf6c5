package probes_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
)

const orderFragment = `fragment: order
params:
  dish: text
  token: secret
  amount: {type: number, default: 2}
vars: {note: "for ${{ params.dish }}"}
steps:
- name: ask
  get: http://shop/${{ params.dish }}/${{ params.amount + 1 }}?t=${{ params.token }}&n=${{ vars.note }}
  save: {id: json.id}
publish: {id: vars.id, note: vars.note}
`

// using parses a journey that may use the order fragment as order.yaml.
func using(t *testing.T, src string) *journeys.Journey {
	t.Helper()
	l := &format.Loader{Read: func(path string) ([]byte, error) {
		if path != "order.yaml" {
			return nil, fmt.Errorf("asked for %q", path)
		}
		return []byte(orderFragment), nil
	}}
	js, err := l.Parse("journey.yaml", []byte("journey: checkout\nsecrets: {token: {env: TOKEN}}\nvars: {dish: pizza, note: mine, amount: '7'}\n"+src))
	if err != nil {
		t.Fatal(err)
	}
	return &js[0]
}

// shopWith answers each request with an id, and writes down what it was asked.
func shopWith(asked *[]string, id any) *fake {
	return &fake{
		http: true,
		do: func(ctx context.Context, call probes.Call, _ int) (probes.Done, error) {
			url, err := call.Step.Action.(*journeys.Request).URL.Text(ctx, call.Scope)
			*asked = append(*asked, url)
			return probes.Done{}, err
		},
		scope: func(context.Context) (journeys.Names, journeys.PageFuncs, error) {
			return journeys.Values{"json": map[string]any{"id": id}}, nil, nil
		},
	}
}

func token(name string) (string, bool) { return "s3cr3t-token", name == "TOKEN" }

func TestAFragmentSeesItsParametersAndGivesWhatItPublishes(t *testing.T) {
	j := using(t, `steps:
- use: order.yaml
  with: {dish: "${{ vars.dish }}", token: "${{ secrets.token }}"}
  expect: result.id > 40
  save: {order: result.id, noted: result.note}
- name: again
  use: order.yaml
  with: {dish: soup, token: "${{ secrets.token }}", amount: "${{ vars.order }}"}
- name: after
  get: http://shop/${{ vars.order }}/${{ vars.note }}/${{ vars.noted }}
`)
	var asked []string
	res := runWith(t, probes.Options{Env: token}, j, probes.Request{}, shopWith(&asked, 41))
	wantOutcome(t, res, probes.Passed, "", "")
	want := []string{
		"http://shop/pizza/3?t=s3cr3t-token&n=for pizza", "http://shop/soup/42?t=s3cr3t-token&n=for soup", "http://shop/41/mine/for pizza",
	}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q, want %q", asked, want)
	}
	var names []string
	for _, s := range res.Last().Steps {
		names = append(names, s.Name)
	}
	if want := []string{"Use order", "Use order: ask", "again", "again: ask", "after"}; !slices.Equal(names, want) {
		t.Errorf("the steps are %q, want %q", names, want)
	}
}

func TestAFragmentThatDoesNotHoldFailsTheStepThatUsesIt(t *testing.T) {
	for _, c := range []struct {
		with, expect string
		id           any
		step, says   string
	}{
		{"{dish: pizza, token: '${{ secrets.token }}'}", "result.id == 1", 2, "Use order", "result.id is 2"},
		{"{dish: pizza, token: '${{ secrets.token }}', amount: '${{ vars.note }}'}", "result.id != 7", 1, "Use order", "the parameter amount is a number"},
		{"{dish: '${{ env.NOTHING }}', token: '${{ secrets.token }}'}", "result.id != 7", 1, "Use order", "env.NOTHING is missing"},
	} {
		j := using(t, "steps:\n- use: order.yaml\n  with: "+c.with+"\n  expect: "+c.expect+"\n- get: http://shop/\n")
		var asked []string
		res := runWith(t, probes.Options{Env: token}, j, probes.Request{}, shopWith(&asked, c.id))
		if outcome := probes.Failed; strings.Contains(c.says, "env.") {
			// A variable that nobody set is the monitor's trouble.
			wantOutcome(t, res, probes.Error, probes.Config, c.step)
		} else {
			wantOutcome(t, res, outcome, probes.Assertion, c.step)
		}
		if !strings.Contains(res.Failure.Message, c.says) {
			t.Errorf("got %q, want %q in it", res.Failure.Message, c.says)
		}
		wantStatuses(t, res, probes.StepFailed, res.Last().Steps[1].Status, probes.StepNotRun)
	}
}
