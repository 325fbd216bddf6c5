package docs

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/internal/worktree"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/monitor"
)

// Every YAML block of the documentation is read by what would read it. The word behind ```yaml says what a part
// is: "steps" of a journey, "keys" of a journey, "config" for outrider.yaml; "wrong" must be refused. A whole
// journey or configuration needs no word.
func TestEveryYAMLBlockOfTheDocumentationIsAccepted(t *testing.T) {
	seen := 0
	for _, p := range pages(t) {
		for _, b := range p.blocks {
			kind, ok := strings.CutPrefix(b.info, "yaml")
			if !ok {
				continue
			}
			seen++
			if err := readYAML(t, p, strings.TrimSpace(kind), b.text); err != nil {
				t.Errorf("%s: the block at line %d:\n%v", p.path, b.line+1, err)
			}
		}
	}
	if seen == 0 {
		t.Error("found no YAML in the documentation")
	}
}

func readYAML(t *testing.T, p page, kind, text string) error {
	t.Helper()
	loader := &format.Loader{Read: func(path string) ([]byte, error) { return fragmentOf(p, path) }}
	switch {
	case kind == "wrong":
		if _, err := loader.Parse("block.yaml", []byte(text)); err == nil {
			return fmt.Errorf("shown as a mistake, but it is accepted")
		}
		return nil
	case kind == "steps":
		_, err := loader.Parse("block.yaml", []byte("steps:\n"+text+scaffold(text)))
		return err
	case kind == "keys":
		_, err := loader.Parse("block.yaml", []byte(text+scaffold(text)+"steps:\n  - {get: 'http://a.example', expect: status == 200}\n"))
		return err
	case kind == "config" || kind == "" && hasKey(text, "journeys"):
		return readConfig(t, text)
	case kind == "" && (hasKey(text, "journey") || hasKey(text, "fragment")):
		_, err := loader.Parse("block.yaml", []byte(text))
		return err
	}
	return fmt.Errorf("no journey and no configuration: say behind ```yaml what it is: steps, keys, config or wrong")
}

// fragmentOf finds the fragment of a page whose name is that of the path.
func fragmentOf(p page, path string) ([]byte, error) {
	name := strings.TrimSuffix(filepath.Base(path), ".yaml")
	for _, b := range p.blocks {
		if b.info == "yaml" && strings.HasPrefix(b.text, "fragment: "+name+"\n") {
			return []byte(b.text), nil
		}
	}
	return nil, fmt.Errorf("no block of the page is the fragment %q", name)
}

// scaffold is what a part of a journey needs around it.
func scaffold(text string) string {
	var b strings.Builder
	for _, line := range []string{
		"journey: block", "team: payments", "every: 1m",
		`vars: {shop: "http://localhost:8080", order: x}`,
		"secrets: {card: {env: TEST_CARD}, token: {env: TOKEN}, password: {env: PASSWORD}}",
	} {
		if key, _, _ := strings.Cut(line, ":"); !hasKey(text, key) && (key != "every" || !hasKey(text, "cron")) {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// readConfig gives a configuration the journeys and the teams that it does not have itself.
func readConfig(t *testing.T, text string) error {
	t.Helper()
	dir := t.TempDir()
	team := "payments"
	if m := regexp.MustCompile(`(?m)^teams:\n? *\{?([a-z]+):`).FindStringSubmatch(text); m != nil {
		team = m[1]
	}
	for key, part := range map[string]string{
		"journeys": "journeys: [journeys/]\n",
		"teams":    "teams: {payments: {pagers: [the-pager]}}\n",
		"pagers":   "pagers: {the-pager: {webhook: {url: 'https://hooks.example/x'}}}\n",
	} {
		if !hasKey(text, key) {
			text += part
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "journeys"), 0o755); err != nil {
		return err
	}
	journey := "journey: block\nteam: " + team + "\nsteps:\n  - {get: 'http://a.example', expect: status == 200}\n"
	if err := os.WriteFile(filepath.Join(dir, "journeys", "block.yaml"), []byte(journey), 0o644); err != nil {
		return err
	}
	file := filepath.Join(dir, "outrider.yaml")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		return err
	}
	_, err := monitor.Load(file)
	return err
}

func hasKey(text, key string) bool {
	return regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(key) + `:`).MatchString(text)
}

func TestEveryExampleIsAccepted(t *testing.T) {
	configs, js := 0, 0
	for _, name := range files(t) {
		if !strings.HasPrefix(name, "examples/") || strings.Contains(name, "/testdata/") || !monitor.IsYAML(path.Base(name)) {
			continue
		}
		src, err := os.ReadFile(worktree.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case path.Base(name) == "outrider.yaml":
			configs++
			if _, err := monitor.Load(worktree.Path(name)); err != nil {
				t.Errorf("%s:\n%v", name, err)
			}
		case hasKey(string(src), "journey"), hasKey(string(src), "fragment"):
			js++
			loader := &format.Loader{Read: monitor.FragmentReader(worktree.Path("examples"))}
			if _, err := loader.Parse(worktree.Path(name), src); err != nil {
				t.Errorf("%s:\n%v", name, err)
			}
		case !slices.Contains(readByOthers(), name):
			t.Errorf("%s: neither a journey nor a configuration, and no test is known to read it", name)
		}
	}
	if configs == 0 || js < 3 {
		t.Errorf("found %d configurations and %d journeys in examples/, want one and three at least", configs, js)
	}
}

// readByOthers are the YAML files that TestWhatStandsBesideOutriderIsValid has Prometheus and Alertmanager read.
func readByOthers() []string {
	return []string{"examples/compose/prometheus.yml", "examples/compose/alertmanager.yml", "examples/compose/outrider.rules.yml"}
}
