package probes_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
)

// parse reads a journey's steps, without its head.
func parse(t *testing.T, rest string) *journeys.Journey {
	t.Helper()
	list, err := format.Parse("journey.yaml", []byte("journey: checkout\nteam: payments\n"+rest))
	if err != nil {
		t.Fatal(err)
	}
	return &list[0]
}

// answers is an HTTP driver that gives one answer after another, the last one for ever.
func answers(list ...journeys.Values) *fake {
	nth := 0
	d := &fake{http: true}
	d.do = func(_ context.Context, _ probes.Call, _ int) (probes.Done, error) {
		nth = min(nth+1, len(list))
		status, _ := list[nth-1]["status"].(int)
		return probes.Done{HTTP: &probes.HTTPInfo{Status: status}}, nil
	}
	d.scope = func(context.Context) (journeys.Names, journeys.PageFuncs, error) { return list[nth-1], nil, nil }
	return d
}

func answer(status int, json map[string]any) journeys.Values {
	return journeys.Values{"status": status, "json": json, "url": "http://shop/"}
}

func TestOnlyAnExpectationThatIsTrueHolds(t *testing.T) {
	got := answer(200, map[string]any{"total": 12.5, "state": "received", "paid": false})
	for expect, want := range map[string]struct {
		reason   probes.Reason
		expected string
		got      string
	}{
		`status == 200`:                   {},
		`json.total == 12.5`:              {},
		`json.state in ["received"]`:      {},
		`status == 201`:                   {probes.Status, "status == 201", "status is 200"},
		`json.total < 12`:                 {probes.Assertion, "json.total < 12", "json.total is 12.5"},
		`json.paid`:                       {probes.Assertion, "json.paid", "json.paid is false"},
		`json.eta_minutes < 60`:           {probes.Assertion, "json.eta_minutes < 60", "json.eta_minutes is missing"},
		`json.eta_minutes != 60`:          {probes.Assertion, "json.eta_minutes != 60", "json.eta_minutes is missing"},
		`status in [200] and json.paid`:   {probes.Status, "", ""},
		`json.state == "status is there"`: {probes.Assertion, "", ""},
		`env.NOT_SET == "x"`:              {probes.Config, "", "env.NOT_SET is missing"},
	} {
		j := parse(t, "steps:\n  - name: order\n    get: http://shop/\n    expect: ["+quote(expect)+"]\n")
		res := runWith(t, probes.Options{Env: noEnv}, j, probes.Request{}, answers(got))
		outcome, name := probes.Failed, "order"
		switch want.reason {
		case "":
			outcome, name = probes.Passed, ""
		case probes.Config:
			outcome = probes.Error
		}
		wantOutcome(t, res, outcome, want.reason, name)
		if f := res.Failure; f != nil && (want.expected != "" && f.Expected != want.expected || want.got != "" && f.Got != want.got) {
			t.Errorf("%s: expected %q, got %q: %s", expect, f.Expected, f.Got, f.Message)
		}
	}
}

func noEnv(string) (string, bool) { return "", false }

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func TestAnExpectationAboutTheStatusReplacesTheDefault(t *testing.T) {
	j := parse(t, "steps:\n  - get: http://shop/\n    expect: status == 404\n")
	wantOutcome(t, run(t, j, answers(answer(404, nil))), probes.Passed, "", "")
	j = parse(t, "steps:\n  - name: order\n    get: http://shop/\n    expect: json.error == 'none'\n")
	wantOutcome(t, run(t, j, answers(answer(404, map[string]any{"error": "none"}))), probes.Failed, probes.Status, "order")
}

func TestAnErrorWhileEvaluatingIsAFailedExpectationThatSaysWhy(t *testing.T) {
	d := answers(journeys.Values{"status": 200, "json": func() (any, error) {
		return nil, errors.New("the body is not JSON: it is empty")
	}})
	j := parse(t, "steps:\n  - name: order\n    get: http://shop/\n    expect: json.total == 1\n")
	res := run(t, j, d)
	wantOutcome(t, res, probes.Failed, probes.Assertion, "order")
	if !strings.Contains(res.Failure.Message, "the body is not JSON: it is empty") {
		t.Error(res.Failure.Message)
	}
}

func TestRetryRepeatsUntilTheExpectationsHold(t *testing.T) {
	const source = `
steps:
  - name: cooking
    get: http://shop/
    retry: {every: 1s, for: 15s}
    expect: [json.status == "cooking"]
    save: {eta: json.eta}
  - name: soon
    get: http://shop/
    expect: [vars.eta < 30]
`
	received := answer(200, map[string]any{"status": "received"})
	half := answer(200, map[string]any{"status": "cooking"})
	cooking := answer(200, map[string]any{"status": "cooking", "eta": 20})
	inBubble(t, "they do at last", func(t *testing.T) {
		res := run(t, parse(t, source), answers(received, received, half, cooking))
		wantOutcome(t, res, probes.Passed, "", "")
		if s := res.Last().Steps[0]; s.Tries != 4 || s.Duration != 3*time.Second {
			t.Errorf("%d tries in %s", s.Tries, s.Duration)
		}
	})
	inBubble(t, "they never do", func(t *testing.T) {
		res := run(t, parse(t, source), answers(received))
		wantOutcome(t, res, probes.Failed, probes.Assertion, "cooking")
		if f := res.Failure; !strings.HasSuffix(f.Message, "(after 16 tries in 15s)") || f.Got != `json.status is "received"` {
			t.Errorf("%s; got %q", f.Message, f.Got)
		}
	})
	inBubble(t, "what is to be saved never comes", func(t *testing.T) {
		res := run(t, parse(t, source), answers(half))
		wantOutcome(t, res, probes.Failed, probes.Assertion, "cooking")
		if !strings.Contains(res.Failure.Message, "json.eta is missing") {
			t.Error(res.Failure.Message)
		}
	})
}

func TestIfDecidesWhetherAStepRuns(t *testing.T) {
	const source = `
vars: {mode: full}
steps:
  - name: always
    get: http://shop/
    expect: status == 200
  - name: now
    get: http://shop/
    if: vars.mode == "full"
  - name: never
    get: http://shop/
    if: vars.mode == "short"
    save: {order: json.order}
  - name: banner
    reload:
    if: title == "Cookies?"
finally:
  - name: cancel
    delete: http://shop/
    if: vars.order != nil
`
	d, browser := answers(answer(200, nil)), page(map[time.Duration]string{0: "Menu"}, true)
	res := run(t, parse(t, source), d, browser)
	wantOutcome(t, res, probes.Passed, "", "")
	wantStatuses(t, res, probes.StepPassed, probes.StepPassed, probes.StepSkipped, probes.StepSkipped, probes.StepSkipped)
	if len(d.calls) != 2 || len(browser.calls) != 0 {
		t.Errorf("did %q and %q", d.calls, browser.calls)
	}
}

func TestASkippedStepStartsNoBrowser(t *testing.T) {
	j := parse(t, "vars: {mode: full}\nsteps:\n  - reload:\n    if: vars.mode == \"short\"\n"+
		"  - get: http://shop/\n    expect: status == 200\n")
	d := page(map[time.Duration]string{0: "Menu"}, true)
	wantOutcome(t, run(t, j, d, answers(answer(200, nil))), probes.Passed, "", "")
	if len(d.sessions) != 0 {
		t.Error("a browser was started for nothing")
	}
}

func TestPublishedValuesAreThoseOfGoodRunsOnly(t *testing.T) {
	const source = `
steps:
  - name: order
    get: http://shop/
    save: {order: json.order}
  - name: see
    get: http://shop/
    expect: json.seen
publish: {order: vars.order, both: 'vars.order + "!"'}
`
	good := answer(200, map[string]any{"order": "BB-1", "seen": true})
	res := run(t, parse(t, source), answers(good))
	wantOutcome(t, res, probes.Passed, "", "")
	if want := map[string]any{"order": "BB-1", "both": "BB-1!"}; !maps.Equal(res.Published, want) {
		t.Errorf("published %v", res.Published)
	}
	bad := answer(200, map[string]any{"order": "BB-2", "seen": false})
	res = run(t, parse(t, source), answers(bad))
	wantOutcome(t, res, probes.Failed, probes.Assertion, "see")
}

func TestAPromisedValueThatIsMissingFailsTheRun(t *testing.T) {
	const source = `
steps:
  - name: order
    get: http://shop/
    optional: true
    save: {order: json.order}
  - get: http://shop/
    expect: status == 200
publish: {order: vars.order}
`
	res := run(t, parse(t, source), answers(answer(200, map[string]any{})))
	wantOutcome(t, res, probes.Failed, probes.Assertion, "publish")
	wantStatuses(t, res, probes.StepTolerated, probes.StepPassed, probes.StepFailed)
	if !strings.Contains(res.Failure.Message, "vars.order is missing") {
		t.Error(res.Failure.Message)
	}
}

func TestANullIsNeitherSavedNorPublishedUnlessThatIsAllowed(t *testing.T) {
	const source = "steps:\n  - name: order\n    get: http://shop/\n    save:\n      order: SAVED\npublish:\n  order: PUBLISHED\n"
	for _, c := range []struct {
		saved, published string
		step, says       string
	}{
		{"json.order", "vars.order", "order", "json.order is null"},
		{"json?.order", "vars.order", "publish", "vars.order is null"},
		{"json?.order", "vars?.order", "", ""},
		{`json.order ?? "none"`, "vars.order", "", ""},
	} {
		j := parse(t, strings.NewReplacer("SAVED", c.saved, "PUBLISHED", c.published).Replace(source))
		res := run(t, j, answers(answer(200, map[string]any{"order": nil})))
		if c.says == "" {
			wantOutcome(t, res, probes.Passed, "", "")
			continue
		}
		wantOutcome(t, res, probes.Failed, probes.Assertion, c.step)
		if !strings.Contains(res.Failure.Message, c.says) {
			t.Errorf("got %q, want %q", res.Failure.Message, c.says)
		}
	}
}

func TestVarsAreEvaluatedInOrderAndCanBeOverridden(t *testing.T) {
	const source = `
vars:
  host: ${{ env.SHOP ?? "localhost" }}
  shop: http://${{ vars.host }}/shop
steps:
  - get: ${{ vars.shop }}/menu
    expect: vars.shop == "http://example/shop"
`
	j := parse(t, source)
	got := ""
	d := answers(answer(200, nil))
	inner := d.do
	d.do = func(ctx context.Context, call probes.Call, nth int) (probes.Done, error) {
		got, _ = call.Step.Action.(*journeys.Request).URL.Text(ctx, call.Scope)
		return inner(ctx, call, nth)
	}
	env := func(name string) (string, bool) { return "example", name == "SHOP" }
	wantOutcome(t, runWith(t, probes.Options{Env: env}, j, probes.Request{}, d), probes.Passed, "", "")
	o := probes.Options{Env: noEnv, Vars: map[string]string{"host": "example"}}
	wantOutcome(t, runWith(t, o, j, probes.Request{}, d), probes.Passed, "", "")
	if got != "http://example/shop/menu" {
		t.Errorf("got %q", got)
	}
}

func TestWhatIsMissingOnOurSideIsOurFault(t *testing.T) {
	use := func(template string) *journeys.Journey {
		return parse(t, "vars: {x: "+quote(template)+"}\nsteps:\n  - name: open\n    get: ${{ vars.x }}\n")
	}
	for _, template := range []string{"${{ env.SHOP }}", "${{ journeys.checkout.order }}"} {
		res := runWith(t, probes.Options{Env: noEnv}, use(template), probes.Request{}, answers(answer(200, nil)))
		wantOutcome(t, res, probes.Error, probes.Config, "")
		wantStatuses(t, res, probes.StepNotRun)
	}
	o := probes.Options{Env: noEnv, Published: func() map[string]map[string]any {
		return map[string]map[string]any{"checkout": {"order": "BB-1"}}
	}}
	res := runWith(t, o, use("${{ journeys.checkout.order }}"), probes.Request{}, answers(answer(200, nil)))
	wantOutcome(t, res, probes.Passed, "", "")
	d := answers(answer(200, nil))
	d.do = func(ctx context.Context, call probes.Call, _ int) (probes.Done, error) {
		_, err := call.Step.Action.(*journeys.Request).URL.Text(ctx, call.Scope)
		return probes.Done{}, err
	}
	j := parse(t, "steps:\n  - name: open\n    get: http://${{ env.SHOP }}/\n")
	wantOutcome(t, runWith(t, probes.Options{Env: noEnv}, j, probes.Request{}, d), probes.Error, probes.Config, "open")
	j = parse(t, `
steps:
  - get: http://shop/
    optional: true
    save: {order: json.order}
  - name: track
    get: http://shop/${{ vars.order }}
`)
	d.do = func(ctx context.Context, call probes.Call, _ int) (probes.Done, error) {
		_, err := call.Step.Action.(*journeys.Request).URL.Text(ctx, call.Scope)
		return probes.Done{HTTP: &probes.HTTPInfo{Status: 200}}, err
	}
	d.scope = func(context.Context) (journeys.Names, journeys.PageFuncs, error) {
		return answer(200, map[string]any{}), nil, nil
	}
	wantOutcome(t, run(t, j, d), probes.Failed, probes.Assertion, "track")
}

func TestWhatASensitiveStepSavesIsASecretFromThenOn(t *testing.T) {
	const source = `
steps:
  - name: log in
    get: http://shop/
    sensitive: true
    save: {token: json.token}
  - name: use it
    get: http://shop/
    expect: json.token == "another"
`
	res := run(t, parse(t, source), answers(answer(200, map[string]any{"token": "tok-quince"})))
	wantOutcome(t, res, probes.Failed, probes.Assertion, "use it")
	if text := dump(t, res); strings.Contains(text, "quince") || !strings.Contains(text, "«secret token»") {
		t.Error(text)
	}
}

func TestASensitiveStepsFailureShowsNoValues(t *testing.T) {
	j := parse(t, "steps:\n  - name: pay\n    get: http://shop/\n    sensitive: true\n    expect: json.card == \"1\"\n")
	res := run(t, j, answers(answer(200, map[string]any{"card": "4111 1111 1111 1111"})))
	wantOutcome(t, res, probes.Failed, probes.Assertion, "pay")
	if text := dump(t, res); strings.Contains(text, "4111 1111") {
		t.Error(text)
	}
}

func TestSecretsInExpressionsAndTemplatesAreRemoved(t *testing.T) {
	const source = `
secrets:
  pass: {env: PASS}
steps:
  - name: log in
    get: http://shop/
    expect: json.echo == "x" + secrets.pass
publish: {pass: 1}
`
	o := probes.Options{Env: func(string) (string, bool) { return "hunter2hunter2", true }}
	d := answers(answer(200, map[string]any{"echo": "hunter2hunter2"}))
	res := runWith(t, o, parse(t, source), probes.Request{}, d)
	wantOutcome(t, res, probes.Failed, probes.Assertion, "log in")
	if text := dump(t, res); strings.Contains(text, "hunter2") {
		t.Error(text)
	}
}
