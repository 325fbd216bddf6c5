package format

import (
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

const inheriting = `journey: x
defaults: {timeout: 5s, headers: {A: journey, B: journey}, redirects: 1, sensitive: true}
steps:
- get: http://shop/
- group: g
  defaults: {timeout: 4s, headers: {a: group}}
  steps:
  - get: http://shop/
    headers: {C: step}
    redirects: 0
  - see: Menu
    timeout: 3s
`

func TestAStepTakesWhatItDoesNotSayFromTheNearestDefaults(t *testing.T) {
	config, _ := document.Read("outrider.yaml", []byte("timeout: 6s\nbudget: 2s\nmax_body: 1MB"))
	js, err := (&Loader{StepDefaults: config[0]}).Parse("x.yaml", []byte(inheriting))
	if err != nil {
		t.Fatal(err)
	}
	group := js[0].Steps[1].Members()
	first, second := js[0].Steps[0].Action.(*journeys.Request), group[0].Action.(*journeys.Request)
	headers := func(r *journeys.Request) string {
		text := ""
		for _, h := range r.Headers {
			text += h.Name + "=" + h.Value.Source + " "
		}
		return text
	}
	for _, c := range []struct{ got, want any }{
		{js[0].Steps[0].Timeout, 5 * time.Second}, {group[0].Timeout, 4 * time.Second}, {group[1].Timeout, 3 * time.Second},
		{js[0].Steps[1].Timeout, time.Duration(0)}, {group[1].Budget.Time, 2 * time.Second}, {group[1].Sensitive, true},
		{headers(first), "A=journey B=journey "}, {headers(second), "C=step a=group B=journey "},
		{first.Redirects, 1}, {second.Redirects, 0}, {second.MaxBody, int64(1_000_000)},
	} {
		if c.got != c.want {
			t.Errorf("got %v, want %v", c.got, c.want)
		}
	}
}

func TestAnEnvironmentGivesVariablesOtherValues(t *testing.T) {
	nodes, _ := document.Read("outrider.yaml", []byte("staging: {b: configured, a: configured, other: x}\nlocal: {b: here}"))
	l := &Loader{Environments: nodes[0].Entries}
	js, err := l.Parse("x.yaml", []byte("journey: x\nvars: {a: '1', b: '2', c: '3'}\nenvironments: {staging: {a: \"own\"}}\nsteps: [{get: http://shop/}]"))
	if err != nil {
		t.Fatal(err)
	}
	for env, want := range map[string]string{"": "123", "staging": "ownconfigured3", "local": "1here3"} {
		j := js[0]
		if !j.Choose(env) {
			t.Errorf("%q is not known", env)
		}
		got := ""
		for _, v := range j.Vars {
			got += v.Value.Source
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", env, got, want)
		}
	}
	if j := js[0]; j.Choose("production") {
		t.Error("an environment is known that nobody has")
	}
}
