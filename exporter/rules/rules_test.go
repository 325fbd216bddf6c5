package rules

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/exporter"
)

const day = 24 * time.Hour

// all are journeys of every kind: busy and rare, with an SLO and without, with texts that templates could trip over.
func all() []Journey {
	return []Journey{
		{Name: "checkout", Title: "A customer buys {{ dinner }}", Team: "payments", Runbook: "https://runbooks.example/checkout?a={{b}}", Severity: "critical",
			Every: time.Minute, Timeout: 90 * time.Second, OpenAfter: 2, Objective: 99.9, Window: 5 * day},
		{Name: "browse", Team: "storefront", Severity: "error", Every: 10 * time.Second, Timeout: time.Minute, OpenAfter: 3, Objective: 99, Window: 12 * time.Hour},
		{Name: "slowly", Team: "{{ .Labels.journey }}", Severity: "warning", Every: 20 * time.Minute, Timeout: 5 * time.Minute, OpenAfter: 1, Objective: 95, Window: day},
		{Name: "six-hourly", Title: `Say "hi" \ there`, Team: "t", Severity: "critical", Every: 6 * time.Hour, Timeout: time.Minute, OpenAfter: 1, Objective: 99.5, Window: 28 * day},
		{Name: "plain", Team: "te\"am{{ ünï {{{ }} \\", Severity: "info", Every: 5 * time.Minute, Timeout: time.Minute, OpenAfter: 2},
	}
}

var options = Options{Job: "outrider", ExternalURL: "https://outrider.example"}

func promtool(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("promtool", args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// generate writes rules and their tests into a folder.
func generate(t *testing.T, journeys []Journey, change func(rules string) string) string {
	t.Helper()
	dir := t.TempDir()
	rules, err := Generate(journeys, options)
	if err != nil {
		t.Fatal(err)
	}
	tests, err := GenerateTests(journeys, options, "rules.yml")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"rules.yml": change(string(rules)), "test.yml": string(tests)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEachAlertFiresOnItsTroubleAndStops(t *testing.T) {
	dir := generate(t, all(), func(rules string) string { return rules })
	promtool(t, dir, "check", "rules", "--lint=all", "--lint-fatal", "rules.yml")
	promtool(t, dir, "test", "rules", "test.yml")
}

// Tests that people run against their own rules are worth something only if they can fail.
func TestTheGeneratedTestsFailWithRulesThatCannotFire(t *testing.T) {
	for _, c := range []struct{ sound, broken string }{
		{"> 0.144", "> 1e9"}, {"journey_incident_open{journey=\"b\"}) == 1", "journey_incident_open{journey=\"b\"}) == 7"},
		{"or absent(journey", "and absent(journey"}, {">= 3", ">= 1e9"},
	} {
		two := []Journey{
			{Name: "a", Team: "t", Severity: "info", Every: time.Minute, OpenAfter: 1, Objective: 99, Window: 2 * time.Hour},
			{Name: "b", Team: "t", Severity: "info", Every: time.Minute, OpenAfter: 1},
		}
		dir := generate(t, two, func(rules string) string {
			if !strings.Contains(rules, c.sound) {
				t.Errorf("the rules have no %q to break", c.sound)
			}
			return strings.ReplaceAll(rules, c.sound, c.broken)
		})
		promtool(t, dir, "check", "rules", "rules.yml")
		out, err := exec.Command("promtool", "test", "rules", filepath.Join(dir, "test.yml")).CombinedOutput()
		if err == nil {
			t.Errorf("with %q the tests pass:\n%s", c.broken, out)
		}
	}
}

func TestRulesNameOnlyWhatIsExported(t *testing.T) {
	rules, err := Generate(all(), options)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range exporter.Catalogue() {
		known[m.Name] = true
	}
	for _, name := range regexp.MustCompile(`\b(journey|outrider)_[a-z_]+(_total|_seconds|_open|_successful)\b`).FindAllString(string(rules), -1) {
		if !known[name] {
			t.Errorf("the rules name %s, which is no metric of Outrider", name)
		}
	}
}

func TestWindowsHoldEnoughRuns(t *testing.T) {
	for _, c := range []struct {
		every     time.Duration
		objective float64
		window    time.Duration
		want      string
	}{
		{time.Minute, 99.9, 28 * day, "[14.4 1h/5m 6 6h/30m 3 1d/2h 1 3d/6h]"},
		{10 * time.Second, 99.9, 28 * day, "[14.4 1h/5m 6 6h/30m 3 1d/2h 1 3d/6h]"},
		{5 * time.Minute, 99.9, 28 * day, "[14.4 2h/25m 6 6h/30m 3 1d/2h 1 3d/6h]"},
		{time.Hour, 99.9, 28 * day, "[6 20h/5h 3 1d/5h 1 3d/6h]"},
		{time.Minute, 99.9, 2 * day, "[14.4 1h/5m 6 6h/30m 3 1d/2h]"},
		{time.Minute, 90, 28 * day, "[6 6h/30m 3 1d/2h 1 3d/6h]"},
		{2 * time.Hour, 99.9, 28 * day, "[]"},
		{time.Minute, 0, 0, "[]"},
	} {
		j := Journey{Name: "a", Every: c.every, Objective: c.objective, Window: c.window}
		var got []string
		for _, p := range burnPairs(&j) {
			got = append(got, fmt.Sprintf("%s %s/%s", number(p.rate), duration(p.long), duration(p.short)))
		}
		if text := fmt.Sprint(got); text != c.want {
			t.Errorf("every %s, %g%% in %s: got %s, want %s", c.every, c.objective, c.window, text, c.want)
		}
	}
}
