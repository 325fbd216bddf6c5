package probes

import "github.com/outrider-monitor/outrider/journeys"

// Punctual is a driver some of whose actions are sure to end with their context, because nothing that they do can wait
// for anything else. A run of such actions alone needs no goroutine beside the caller's that could be left behind, which
// is a tenth of what a plain HTTP check costs.
type Punctual interface {
	// Punctual reports whether the action is one of them. A session that such an action opens opens at once.
	Punctual(journeys.Action) bool
}

// punctual reports whether nothing in the journey can outlive its deadlines.
func (r *Runner) punctual(j *journeys.Journey) bool {
	for i := range j.Secrets {
		if j.Secrets[i].Env == "" {
			// A file may lie on a disk that hangs.
			return false
		}
	}
	return r.allPunctual(j.Steps) && r.allPunctual(j.Finally)
}

func (r *Runner) allPunctual(steps []journeys.Step) bool {
	for i := range steps {
		if !r.isPunctual(steps[i].Action) {
			return false
		}
	}
	return true
}

func (r *Runner) isPunctual(a journeys.Action) bool {
	for _, d := range r.o.Drivers {
		if p, ok := d.(Punctual); ok && p.Punctual(a) {
			return true
		}
	}
	return false
}
