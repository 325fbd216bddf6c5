package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PagerDuty/go-pagerduty"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/internal/receivers"
)

// TestPageTestSendsAMarkedPageToEveryKindOfPagerAndSaysWhatCameOfIt tries a pager of each kind as its owner does, once where it
// works and once where the other side refuses.
func TestPageTestSendsAMarkedPageToEveryKindOfPagerAndSaysWhatCameOfIt(t *testing.T) {
	far := receivers.New(t)
	dir := t.TempDir()
	config := "journeys: [j.yaml]\nallow_exec: true\ndeployment: trial\nteams: {shop: {pagers: [webhook]}}\npagers:\n" + far.Config()
	journey := "journey: order\ntitle: A customer orders\nteam: shop\nevery: 1m\nsteps: [{get: 'http://127.0.0.1:1/', expect: status == 200}]\n"
	for name, text := range map[string]string{"outrider.yaml": config, "j.yaml": journey} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(pager string) (out, errs string, code int) {
		cmd := exec.Command("outrider", "page", "test", pager)
		var stdout, stderr bytes.Buffer
		cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = dir, &stdout, &stderr, append(os.Environ(), far.Env()...)
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
	}
	for kind, c := range map[string]struct {
		marked func(a receivers.Arrival) error
		why    string
	}{
		"webhook":      {markedWebhook, "the answer was 410 Gone"},
		"pagerduty":    {markedPagerDuty, "the answer was 400 Bad Request: {\"status\":\"invalid event\""},
		"alertmanager": {markedAlert, "the answer was 400 Bad Request"},
		"slack":        {markedSlack, "the answer was 404 Not Found: no_service"},
		"slack-bot":    {markedSlack, "slack says not_in_channel"},
		"email":        {markedMail, "ada@example.org: 550"},
		"sns":          {markedSNS, "AuthorizationError"},
		"exec":         {markedProgram, "the program ended with code 77"},
	} {
		out, errs, code := run(kind)
		arrived := far.Arrived(kind)
		if code != 0 || errs != "" || !strings.HasPrefix(out, kind+" took the test page in ") || len(arrived) != 1 {
			t.Errorf("%s: exit code %d, %q, %q, and %d arrived", kind, code, out, errs, len(arrived))
			continue
		}
		if err := c.marked(arrived[0]); err != nil {
			t.Errorf("%s: what arrived is not marked as a test: %v\n%s", kind, err, arrived[0].Body)
		}
		far.Refuse(kind, true)
		out, errs, code = run(kind)
		if code != 1 || out != "" || !strings.HasPrefix(errs, "outrider: error: "+kind+" did not take the test page: ") || !strings.Contains(errs, c.why) {
			t.Errorf("%s refused: exit code %d, %q, %q, want 1 and %q", kind, code, out, errs, c.why)
		}
		if strings.Contains(errs, "hush") {
			t.Errorf("%s refused: a secret is told: %s", kind, errs)
		}
	}
}

func TestATestPageStandsAtARealAlertmanagerAsATest(t *testing.T) {
	am := receivers.Alertmanager{Address: loopback.FreeAddress(t)}
	am.Start(t, "http://127.0.0.1:1/")
	am.Until(t, "it starts", func([]receivers.AlertHeld) bool { return true })
	dir := t.TempDir()
	for name, path := range map[string]string{"there": "", "elsewhere": "/elsewhere"} {
		config := fmt.Sprintf("journeys: []\npagers: {am: {alertmanager: {urls: ['http://%s%s']}}}\n", am.Address, path)
		if err := os.WriteFile(filepath.Join(dir, name+".yaml"), []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("outrider", "page", "test", "am", "-c", filepath.Join(dir, "there.yaml")).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	held := am.Until(t, "the test", func(held []receivers.AlertHeld) bool { return len(held) > 0 })
	if a := held[0]; len(held) != 1 || a.Labels["alertname"] != "OutriderTest" || a.Labels["severity"] != "info" || !strings.Contains(a.Annotations["summary"], "nothing is broken") {
		t.Errorf("the Alertmanager has %+v, want one that says that it is a test", held)
	}
	out, err = exec.Command("outrider", "page", "test", "am", "-c", filepath.Join(dir, "elsewhere.yaml")).CombinedOutput()
	if err == nil || !strings.Contains(string(out), "am did not take the test page: "+am.Address+": the answer was 404") {
		t.Errorf("where there is none: %v, %s", err, out)
	}
}

// want says which of the pairs, what there is and what is wanted, differ.
func want(pairs ...string) error {
	for n := 0; n < len(pairs); n += 2 {
		if !strings.HasPrefix(pairs[n], pairs[n+1]) {
			return fmt.Errorf("%q, want %q", pairs[n], pairs[n+1])
		}
	}
	return nil
}

const marked = "Test page from Outrider (trial) to "

func markedWebhook(a receivers.Arrival) error {
	w, err := standardwebhooks.NewWebhook(receivers.Secrets().HookSecret)
	if err != nil {
		return err
	}
	if err := w.Verify(a.Body, a.Header); err != nil {
		return err
	}
	return markedProgramPage(a.Body)
}

func markedProgramPage(body []byte) error {
	var p struct {
		Event, Summary string
		Journey        any
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return err
	}
	return want(p.Event, "test", p.Summary, marked, fmt.Sprint(p.Journey), "<nil>")
}

func markedPagerDuty(a receivers.Arrival) error {
	var e pagerduty.V2Event
	if err := json.Unmarshal(a.Body, &e); err != nil {
		return err
	}
	return want(e.Action, "trigger", e.Payload.Severity, "info", e.Payload.Summary, marked, e.DedupKey, "outrider/trial/monitor/test/", e.RoutingKey, receivers.Secrets().RoutingKey)
}

func markedAlert(a receivers.Arrival) error {
	var all []receivers.AlertHeld
	if err := json.Unmarshal(a.Body, &all); err != nil || len(all) != 1 {
		return fmt.Errorf("%d alerts: %w", len(all), err)
	}
	return want(all[0].Labels["alertname"], "OutriderTest", all[0].Annotations["summary"], marked)
}

func markedSlack(a receivers.Arrival) error {
	var m struct{ Text string }
	if err := json.Unmarshal(a.Body, &m); err != nil {
		return err
	}
	return want(m.Text, ":large_blue_circle: "+marked)
}

func markedMail(a receivers.Arrival) error {
	if to := strings.Join(a.Header["To"], " "); to != "ada@example.org grace@example.org" {
		return fmt.Errorf("it is for %s", to)
	}
	if text := string(a.Text()); !strings.Contains(text, "Subject: [test] "+marked) {
		return errors.New("the subject does not say so")
	}
	return nil
}

func markedSNS(a receivers.Arrival) error {
	text := string(a.Text())
	for _, part := range []string{"Subject: [test] " + marked, `"event":"test"`} {
		if !strings.Contains(text, part) {
			return fmt.Errorf("it does not say %q", part)
		}
	}
	return nil
}

func markedProgram(a receivers.Arrival) error {
	if err := want(a.Header.Get("OUTRIDER_EVENT"), "test", a.Header.Get("OUTRIDER_SEVERITY"), "info"); err != nil {
		return err
	}
	return markedProgramPage(a.Body)
}
