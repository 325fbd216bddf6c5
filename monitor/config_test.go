package monitor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/pager"
)

const goodJourney = `journey: menu
title: A customer looks at the menu
team: shop
every: 1m
timeout: 10s
steps:
  - get: http://localhost:8080/menu
    expect: status == 200
`

// folder writes files and gives the path of the first.
func folder(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		file := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

func TestAWholeConfigurationIsRead(t *testing.T) {
	file := folder(t, "outrider.yaml", `
journeys: [j/, more/*.yml]
deployment: production
location: london
data: ./data
listen: 127.0.0.1:9999
external_url: https://outrider.example/
control: [https://www.example.com/]
defaults: {every: 5m, timeout: 30s, step_timeout: 7s, alert: {open_after: 3, confirm: 0, severity: warning, remind: 1h}}
teams:
  shop: {pagers: [pd, hook]}
pagers:
  pd: {pagerduty: {routing_key: {env: PD}}}
  hook: {webhook: {url: {file: url.txt}, secret: {env: HOOK}}, rate: 30/m}
monitor_pagers: [hook]
fallback_pagers: hook
browser: {max_concurrent: 3, recycle_after: 100, recycle_above: 1GB, min_free: 300MB, sandbox: false, path: bin/chromium}
`, "j/menu.yaml", goodJourney, "j/deep/order.yaml", strings.NewReplacer("menu\n", "order\n", "every: 1m\n", "").Replace(goodJourney),
		"j/.hidden.yaml", "no: journey", "j/readme.md", "# no", "more/track.yml",
		strings.NewReplacer("journey: menu", "journey: track", "every: 1m", "cron: \"*/5 * * * *\"\ntimezone: Europe/London\nalert: {open_after: 1, confirm: 2}").Replace(goodJourney))
	c, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(file)
	var names []string
	for i := range c.Journeys {
		j := &c.Journeys[i]
		names = append(names, j.Name)
		want := map[string]Timing{"menu": {Every: time.Minute}, "order": {Every: 5 * time.Minute}, "track": {Cron: "*/5 * * * *", Zone: "Europe/London"}}[j.Name]
		if got := c.Timing(j); got != want {
			t.Errorf("%s is due %+v, want %+v", j.Name, got, want)
		}
		policy, confirm := c.Policy(j), c.Confirm(j)
		if j.Name == "track" && (policy.OpenAfter != 1 || confirm != 2) || j.Name != "track" && (policy.OpenAfter != 3 || confirm != 0) {
			t.Errorf("%s: policy %+v, confirm %d", j.Name, policy, confirm)
		}
		if policy.CloseAfter != 2 || policy.Severity != "warning" || policy.Remind != time.Hour {
			t.Errorf("%s: policy %+v", j.Name, policy)
		}
	}
	if slices.Sort(names); !slices.Equal(names, []string{"menu", "order", "track"}) {
		t.Errorf("journeys %q", names)
	}
	for _, f := range []struct{ what, got, want string }{
		{"data", c.Data, filepath.Join(dir, "data")}, {"external URL", c.ExternalURL, "https://outrider.example"},
		{"browser", c.Browser.Path, filepath.Join(dir, "bin/chromium")}, {"fallback", strings.Join(c.FallbackPagers, " "), "hook"},
		{"rate", c.Pagers["hook"].Pace.Per.String(), "1m0s"}, {"URL's place", c.Pagers["hook"].Spec.(*pager.Webhook).URL.String(), "the file " + filepath.Join(dir, "url.txt")},
		{"browser's settings", fmt.Sprint(c.Browser.MaxConcurrent, c.Browser.RecycleAfter, c.Browser.RecycleAbove, c.Browser.MinFree, c.Browser.NoSandbox), "3 100 1000000000 300000000 true"},
	} {
		if f.got != f.want {
			t.Errorf("%s: %q, want %q", f.what, f.got, f.want)
		}
	}
}

func TestEveryMistakeIsToldAtOnceWithItsPlace(t *testing.T) {
	file := folder(t, "outrider.yaml", `journeys: [j, nothing/]
deployment: "a b"
listen: nine
external_url: outrider.example
control: [www.example.com]
defaults: {evry: 5m, alert: {open_after: 0, severity: loud}}
teams:
  shop: {pagers: [hok]}
  empty: {pagers: []}
pagers:
  hook: {webhook: {url: "ftp://x/", secret: hunter2}}
  both: {webhook: {url: "http://x/"}, pagerduty: {routing_key: {env: A, file: b}}}
  none: {rate: 30/d}
monitor_pagers: [none-such]
browser: {max_concurrent: 0, recycle_above: 1MB}
maintnance: []
`, "j/menu.yaml", goodJourney, "j/other.yaml", strings.NewReplacer("team: shop", "team: shoop").Replace(goodJourney))
	_, err := Load(file)
	var problems document.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("error %v, want problems", err)
	}
	got := strings.ReplaceAll(err.Error(), filepath.Dir(file)+"/", "")
	for _, want := range []string{
		`outrider.yaml:1:15: journeys[1]: nothing: no such file or directory`,
		`outrider.yaml:2:13: deployment: "a b" is no name`,
		`outrider.yaml:3:9: listen: want an address such as 127.0.0.1:9480, got "nine"`,
		`outrider.yaml:4:15: external_url: want an http or https URL`,
		`outrider.yaml:5:11: control[0]: want an http or https URL`,
		`outrider.yaml:6:12: defaults: unknown key "evry" (did you mean "every"?)`,
		`defaults.alert.open_after: want a number from 1 to 100, got 0`,
		`defaults.alert.severity: want one of critical`,
		`outrider.yaml:8:19: teams.shop.pagers[0]: there is no pager "hok" (did you mean "hook"?)`,
		`outrider.yaml:9:19: teams.empty.pagers: team "empty" has no pager`,
		`pagers.hook.webhook.url: want an http or https URL, got "ftp://x/"`,
		`pagers.hook.webhook.secret: a secret does not belong in this file`,
		`pager "both" is webhook and pagerduty at once`,
		`pagers.both.pagerduty.routing_key: want exactly one of env and file`,
		`pager "none" does not say where pages go`,
		`pagers.none.rate: want so many pages in a second, a minute or an hour, got "30/d" (1/s, 30/m or 200/h)`,
		`monitor_pagers[0]: there is no pager "none-such"`,
		`browser.max_concurrent: want 1 or more, got 0`,
		`browser.recycle_above: want 200MB or more, got 1MB`,
		`outrider.yaml:16:1: unknown key "maintnance" (did you mean "maintenance"?)`,
		`j/other.yaml:3:7: team: there is no team "shoop" (did you mean "shop"?)`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("not told: %s", want)
		}
	}
	if strings.Contains(got, "hunter2") {
		t.Error("a secret is told")
	}
	if len(problems) > 21 {
		t.Errorf("%d problems:\n%s", len(problems), got)
	}
}

func TestJourneysAreCheckedAgainstEachOther(t *testing.T) {
	file := folder(t, "outrider.yaml", "journeys: [j]\nteams: {shop: {pagers: [hook]}}\npagers: {hook: {webhook: {url: 'http://x/'}}}\n",
		"j/a.yaml", goodJourney, "j/b.yaml", goodJourney)
	_, err := Load(file)
	if err == nil || !strings.Contains(err.Error(), "menu") {
		t.Errorf("two journeys of one name: %v", err)
	}
}
