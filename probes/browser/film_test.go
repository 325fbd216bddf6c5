package browser

import (
	"slices"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// filmed runs a journey that fails in its last step, and gives the evidence of each attempt.
//
// A picture that takes too long is left out of a film: where there are fewer stills in the last attempt than there should
// be, the machine was short of CPU, and the journey is run again.
func filmed(t *testing.T, z *zoo, confirm, stills int, src string) (all []*probes.Evidence) {
	t.Helper()
	j := parse(t, z, src+"\n  - see: Dropped")
	runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{driver(t)}, Env: func(string) (string, bool) { return "huntertwo", true }})
	for range 3 {
		r := runner.Run(t.Context(), &j, probes.Request{Confirm: confirm})
		all = nil
		for _, a := range r.Attempts {
			all = append(all, a.Evidence)
		}
		if len(all[len(all)-1].Film) >= stills {
			break
		}
	}
	return all
}

func stepsOf(e *probes.Evidence) (steps []string) {
	for _, s := range e.Film {
		steps = append(steps, s.Step)
	}
	return steps
}

func TestTheAttemptThatConfirmsAFailureIsFilmed(t *testing.T) {
	all := filmed(t, newZoo(t), 1, 2, "steps:\n  - goto: ZOO/late.html\n  - see: Order confirmed\n    timeout: 1600ms")
	if len(all) != 2 || len(all[0].Film) != 0 {
		t.Fatalf("%d attempts, the first with the film %v", len(all), stepsOf(all[0]))
	}
	second := all[1]
	if steps := stepsOf(second); len(steps) < 2 || !strings.HasPrefix(steps[0], "Open ") || steps[len(steps)-1] != "See Order confirmed" {
		t.Errorf("the film is of %q", steps)
	}
	for _, s := range second.Film {
		if !slices.ContainsFunc(second.Artifacts, func(a probes.Artifact) bool { return a.Name == s.Name && len(a.Data) > 1000 }) {
			t.Errorf("the picture %q is missing", s.Name)
		}
	}
	if all := filmed(t, newZoo(t), 1, 0, "evidence: {film: false}\nsteps:\n  - goto: ZOO/late.html\n  - see: Order confirmed\n    timeout: 200ms"); len(all[1].Film) != 0 {
		t.Error("a film that nobody wants")
	}
}

func TestAFilmShowsNoSecret(t *testing.T) {
	e := filmed(t, newZoo(t), 0, 2, `secrets: {password: {env: PASSWORD}}
mask: css=#plain
evidence: {film: true}
steps:
  - goto: ZOO/secrets.html
  - fill: label=Card
    with: ${{ secrets.password }}
  - see: Order confirmed
    timeout: 1600ms`)[0]
	if steps := stepsOf(e); slices.Contains(steps, "See Order confirmed") || len(steps) != 2 {
		t.Errorf("while a secret was in sight there are pictures of %q", steps)
	}
	for _, a := range e.Artifacts {
		if a.MIME != "image/jpeg" {
			continue
		}
		for _, at := range [][2]int{{350, 20}, {300, 80}} {
			if r, g, b := colourAt(t, a.Data, at[0], at[1]); r > 60 || g > 60 || b > 60 {
				t.Errorf("%s shows a secret at %v: %d %d %d", a.Name, at, r, g, b)
			}
		}
	}
}
