package probes_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

func TestCookiesFollowTheJourneyBothWays(t *testing.T) {
	cookie := func(names ...string) (list []probes.Cookie) {
		for _, n := range names {
			list = append(list, probes.Cookie{Name: n, Value: "1", Domain: "shop.example", Path: "/"})
		}
		return list
	}
	names := func(list []probes.Cookie) string {
		var b strings.Builder
		for _, c := range list {
			b.WriteString(c.Name)
		}
		return b.String()
	}
	page, api := &fake{}, &fake{http: true}
	page.do = func(_ context.Context, call probes.Call, _ int) (probes.Done, error) {
		s := page.sessions[0]
		switch call.Step.Name {
		case "open":
			s.cookies = cookie("a", "b")
		case "see":
			if names(s.cookies) != "bc" {
				t.Errorf("the browser has the cookies %q", names(s.cookies))
			}
		}
		return probes.Done{}, nil
	}
	api.do = func(_ context.Context, call probes.Call, _ int) (probes.Done, error) {
		s := api.sessions[0]
		if call.Step.Name == "log in" {
			if names(s.cookies) != "ab" {
				t.Errorf("HTTP has the cookies %q", names(s.cookies))
			}
			s.cookies = cookie("b", "c")
		}
		return probes.Done{}, nil
	}
	res := run(t, journey(step("open"), get("log in"), get("again"), step("see")), page, api)
	wantOutcome(t, res, probes.Passed, "", "")
}

func TestAJourneyOfHTTPStepsOpensNoBrowser(t *testing.T) {
	page, api := &fake{}, &fake{http: true}
	run(t, journey(get("one"), get("two")), page, api)
	if len(page.sessions) != 0 || len(api.sessions) != 1 {
		t.Errorf("%d browsers, %d clients", len(page.sessions), len(api.sessions))
	}
}

func TestEverySessionGivesEvidenceTheFailedStepsFirst(t *testing.T) {
	var order []string
	witness := func(name string) func(context.Context, string, *probes.Evidence) {
		return func(context.Context, string, *probes.Evidence) { order = append(order, name) }
	}
	page := &fake{evidence: witness("page")}
	api := &fake{http: true, evidence: witness("api"), do: failing("pay", probes.Status)}
	run(t, journey(step("open"), get("pay")), page, api)
	if got := strings.Join(order, " "); got != "api page" {
		t.Errorf("asked %s", got)
	}
}

func TestASensitiveStepLeavesNoPicturesAndNoTexts(t *testing.T) {
	pay := step("pay")
	pay.Sensitive = true
	d := &fake{do: failing("pay", probes.Locator), evidence: func(_ context.Context, name string, e *probes.Evidence) {
		e.PageURL, e.PageText, e.BodyExcerpt, e.Screenshot = "https://shop.example/", "secret text", "secret", name
		e.Artifacts = []probes.Artifact{{Name: name}}
		e.Console = []probes.ConsoleLine{{Text: "secret"}}
	}}
	res := run(t, journey(pay), d)
	e := res.Last().Evidence
	if e.PageURL == "" || e.PageText+e.BodyExcerpt+e.Screenshot != "" || len(e.Artifacts)+len(e.Console) > 0 {
		t.Errorf("%+v", e)
	}
}

func TestPicturesThatStepsAskForAreKeptUnderSafeAndUniqueNames(t *testing.T) {
	d := &fake{do: func(_ context.Context, call probes.Call, nth int) (probes.Done, error) {
		return probes.Done{Artifact: &probes.Artifact{Name: call.Step.Name, MIME: "image/jpeg", Data: []byte{byte(nth)}}}, nil
	}}
	res := run(t, journey(step("../../etc/pass wd.jpg"), step("basket.jpg"), step("attempt-1.jpg"), step("...")), d)
	var names []string
	for i, a := range res.Last().Evidence.Artifacts {
		names = append(names, a.Name)
		if res.Last().Steps[i].Artifact != a.Name {
			t.Errorf("step %d names %q, the artifact is %q", i, res.Last().Steps[i].Artifact, a.Name)
		}
	}
	if got := strings.Join(names, " "); got != "etc-pass-wd.jpg basket.jpg picture-attempt-1.jpg picture" {
		t.Errorf("got %s", got)
	}
}

func TestNoSecretIsLeftInAnyPartOfAResult(t *testing.T) {
	const secret = "tr0ub4dor&3"
	j := journey(step("open"), step("pay"))
	j.Secrets = []journeys.Secret{{Name: "pass", Env: "PASS"}}
	d := &fake{
		do: func(_ context.Context, call probes.Call, _ int) (probes.Done, error) {
			done := probes.Done{
				Drift: "label=" + secret,
				HTTP:  &probes.HTTPInfo{URL: "https://shop.example/?p=tr0ub4dor%263"},
			}
			if call.Step.Name == "open" {
				return done, nil
			}
			return done, &probes.Failure{
				Reason: probes.Locator, Message: "no " + secret, Expected: secret, Got: "x" + secret, Err: errorText(secret),
			}
		},
		evidence: func(_ context.Context, name string, e *probes.Evidence) {
			*e = probes.Evidence{
				PageURL: secret, PageTitle: secret, PageText: "tr0ub4dor&amp;3", ResponseHead: secret, BodyExcerpt: secret,
				Console:   []probes.ConsoleLine{{Text: secret, Source: secret}},
				Requests:  []probes.RequestLine{{URL: secret, Error: secret}},
				Artifacts: []probes.Artifact{{Name: name + ".json", MIME: "application/json", Data: []byte(`"tr0ub4dor\u00263"`)}},
			}
		},
	}
	var observed strings.Builder
	o := probes.Options{
		Env: func(string) (string, bool) { return secret, true },
		Observe: func(p probes.Progress) {
			if p.Result != nil {
				observed.WriteString(dump(t, p.Result))
			}
		},
	}
	res := runWith(t, o, j, probes.Request{}, d)
	text := dump(t, res) + string(res.Last().Evidence.Artifacts[0].Data) + res.Failure.Err.Error() + observed.String()
	for _, form := range []string{"tr0ub4dor", "%263", "u0026"} {
		if strings.Contains(text, form) {
			t.Errorf("%q is left in %s", form, text)
		}
	}
	if got := d.sessions[0].options.Redactor.Values(); len(got) != 1 || got[0] != secret {
		t.Errorf("the driver knows the secrets to cover: %q", got)
	}
}

type errorText string

func (e errorText) Error() string { return string(e) }

func TestIfTheControlTargetsAreSilentTooWeAreOffline(t *testing.T) {
	answers := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
	}))
	defer answers.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	silent := "http://" + listener.Addr().String()
	listener.Close()
	for _, c := range []struct {
		name    string
		reason  probes.Reason
		control []string
		outcome probes.Outcome
		want    probes.Reason
	}{
		{"all silent", probes.Connect, []string{silent, silent + "/x"}, probes.Error, probes.Offline},
		{"one answers", probes.DNS, []string{silent, answers.URL}, probes.Failed, probes.DNS},
		{"not a matter of the network", probes.Locator, []string{silent}, probes.Failed, probes.Locator},
		{"none set", probes.Connect, nil, probes.Failed, probes.Connect},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := probes.Options{Control: c.control}
			res := runWith(t, o, journey(step("pay")), probes.Request{Confirm: 1}, &fake{do: failing("pay", c.reason)})
			wantOutcome(t, res, c.outcome, c.want, "pay")
			if c.want == probes.Offline && len(res.Attempts) != 1 {
				t.Error("there is nothing to confirm while we are offline")
			}
		})
	}
}

func TestSeveralRunsAtOnceDoNotShareAnything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &fake{}
		r := probes.NewRunner(probes.Options{Drivers: []probes.Driver{d}})
		done := make(chan probes.Result)
		for range 20 {
			go func() { done <- r.Run(t.Context(), journey(step("open"), step("pay")), probes.Request{}) }()
		}
		ids := map[string]bool{}
		for range 20 {
			res := <-done
			wantOutcome(t, res, probes.Passed, "", "")
			ids[res.RunID] = true
		}
		if len(ids) != 20 || len(d.sessions) != 20 {
			t.Errorf("%d ids, %d sessions", len(ids), len(d.sessions))
		}
	})
}
