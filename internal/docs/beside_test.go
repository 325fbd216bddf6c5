package docs

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/internal/worktree"
)

// The files for Prometheus and Alertmanager are read by their own tools.
func TestWhatStandsBesideOutriderIsValid(t *testing.T) {
	dir := worktree.Path("examples/compose") + "/"
	for _, command := range [][]string{
		{"promtool", "check", "config", dir + "prometheus.yml"},
		{"promtool", "check", "rules", "--lint=all", "--lint-fatal", dir + "outrider.rules.yml"},
		{"amtool", "check-config", dir + "alertmanager.yml"},
	} {
		if out, err := exec.Command(command[0], command[1:]...).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(command, " "), err, out)
		}
	}
}

func TestTheAlertRulesUseMetricsThatExist(t *testing.T) {
	rules, err := os.ReadFile(worktree.Path("examples/compose/outrider.rules.yml"))
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`\b(?:journey|outrider)_[a-z_]+`).FindAllString(string(rules), -1)
	if len(names) == 0 {
		t.Error("found no metric in the alert rules")
	}
	for _, name := range names {
		known := slices.ContainsFunc(exporter.Catalogue(), func(m exporter.Metric) bool { return m.Name == name })
		if !known {
			t.Errorf("outrider.rules.yml names %s, which is no metric of Outrider", name)
		}
	}
}
