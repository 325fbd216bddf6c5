package monitor

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAMonitorWithMoreSeriesThanAServerLikesIsDoubtful(t *testing.T) {
	for _, c := range []struct {
		journeys, steps int
		doubtful        bool
	}{{90, 100, false}, {120, 100, true}, {3000, 1, false}, {3600, 1, true}} {
		dir := t.TempDir()
		var js strings.Builder
		for i := range c.journeys {
			fmt.Fprintf(&js, "---\njourney: j%d\nteam: all\nsteps:\n%s", i, strings.Repeat("  - {get: 'http://localhost/', expect: status == 200}\n", c.steps))
		}
		for name, text := range map[string]string{
			"journeys.yaml": js.String(),
			"outrider.yaml": "journeys: [journeys.yaml]\nteams: {all: {pagers: [none]}}\npagers: {none: {webhook: {url: 'http://127.0.0.1:1/'}}}\n",
		} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		config, err := Load(filepath.Join(dir, "outrider.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		said := config.Warnings.Error()
		if doubtful := strings.Contains(said, "series"); doubtful != c.doubtful {
			t.Errorf("%d steps: %q", c.journeys*c.steps, said)
		}
	}
}
