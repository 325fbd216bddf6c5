package probes_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/secrets"
)

// vault is a service that keeps secrets.
type vault func(ctx context.Context) (string, error)

func (v vault) Fetch(ctx context.Context, _ journeys.Vaulted) (string, error) { return v(ctx) }

// kept gives a journey a secret called word.
func kept(j *journeys.Journey, key string) *journeys.Journey {
	j.Secrets = []journeys.Secret{{Name: "word", Key: key, Vault: &journeys.Vaulted{Vault: journeys.SecretsManager, ID: "shop/login"}}}
	return j
}

func TestAFailureIsConfirmedWithTheSecretAsItIsNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		word := "hunter one"
		o := probes.Options{Secrets: secrets.NewKeeper(vault(func(context.Context) (string, error) { return word, nil }), nil)}
		var seen []string
		d := &fake{do: func(_ context.Context, call probes.Call, _ int) (probes.Done, error) {
			if seen = append(seen, call.Scope.Secrets["word"]); call.Scope.Secrets["word"] != word {
				return probes.Done{}, &probes.Failure{Reason: probes.Assertion, Message: "signed in with another word"}
			}
			return probes.Done{}, nil
		}}
		j := kept(journey(step("sign in")), "")
		if res := runWith(t, o, j, probes.Request{Confirm: 1}, d); res.Outcome != probes.Passed {
			t.Fatalf("%+v", res.Failure)
		}
		time.Sleep(time.Minute)
		word = "hunter two" // changed where it is kept
		res := runWith(t, o, j, probes.Request{Confirm: 1}, d)
		if res.Outcome != probes.Passed || len(res.Attempts) != 2 {
			t.Errorf("%s after %d attempts with %q", res.Outcome, len(res.Attempts), seen)
		}
	})
}

func TestAServiceThatGivesNoSecretIsNotTheTargetsFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for want, v := range map[string]vault{
			`secret "word": not allowed`: func(context.Context) (string, error) { return "", secrets.Refusal("not allowed") },
			`secret "word": throttled`:   func(context.Context) (string, error) { return "", errors.New("throttled") },
			`secret "word": no answer within 5s: context deadline exceeded`: func(ctx context.Context) (string, error) {
				<-ctx.Done()
				return "", ctx.Err()
			},
			`secret "word": the secret shop/login in AWS Secrets Manager has no key "pass"`: func(context.Context) (string, error) { return `{"a": "hunter two"}`, nil },
		} {
			d := &fake{}
			res := runWith(t, probes.Options{Secrets: secrets.NewKeeper(v, nil)}, kept(journey(step("pay")), "pass"), probes.Request{Confirm: 2}, d)
			wantOutcome(t, res, probes.Error, probes.Config, "")
			if res.Failure.Message != want || len(d.calls) > 0 || len(res.Attempts) != 1 {
				t.Errorf("got %q after %q, want %q", res.Failure.Message, d.calls, want)
			}
		}
	})
}

func TestTheTimeThatAServiceTakesIsNotTheJourneys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := probes.Options{Secrets: secrets.NewKeeper(vault(func(context.Context) (string, error) {
			time.Sleep(4 * time.Second)
			return "hunter two", nil
		}), nil)}
		j := kept(journey(step("pay")), "")
		j.Timeout = 2 * time.Second
		d := &fake{do: func(ctx context.Context, _ probes.Call, _ int) (probes.Done, error) {
			time.Sleep(time.Second)
			return probes.Done{}, ctx.Err()
		}}
		res := runWith(t, o, j, probes.Request{}, d)
		if res.Outcome != probes.Passed || res.Attempts[0].Duration != time.Second {
			t.Errorf("%s after %s: %+v", res.Outcome, res.Attempts[0].Duration, res.Failure)
		}
	})
}

func TestWhatASecretOfJSONIsMadeOfIsHiddenToo(t *testing.T) {
	const source = `
secrets:
  login: {env: LOGIN}
steps:
  - name: log in
    get: http://shop/
    expect: json.echo == fromJSON(secrets.login).db.password
`
	o := probes.Options{Env: func(string) (string, bool) { return `{"db": {"password": "hunter two", "pins": [778899]}}`, true }}
	d := answers(answer(200, map[string]any{"echo": "hunter two hunter two", "pin": 778899}))
	res := runWith(t, o, parse(t, source), probes.Request{}, d)
	wantOutcome(t, res, probes.Failed, probes.Assertion, "log in")
	if text := dump(t, res); strings.Contains(text, "hunter") || strings.Contains(text, "778899") || !strings.Contains(text, "password") {
		t.Error(text)
	}
}
