package journeys

import "iter"

// Members are the steps that a step holds (group, use); nil for one that does something itself.
func (s *Step) Members() []Step { return Members(s.Action) }

// Size is the number of steps that the step stands for: itself and all that it holds.
func (s *Step) Size() int {
	size := 1
	held := s.Members()
	for i := range held {
		size += held[i].Size()
	}
	return size
}

// AllSteps are the journey's steps and then its finally steps; one that holds others comes before them. Their names
// are unique.
func (j *Journey) AllSteps() iter.Seq[*Step] {
	return func(yield func(*Step) bool) {
		_ = eachStep(j.Steps, yield) && eachStep(j.Finally, yield)
	}
}

// CountSteps is the number of all steps.
func (j *Journey) CountSteps() int {
	n := 0
	for range j.AllSteps() {
		n++
	}
	return n
}

// UsesBrowser reports whether some step needs a browser.
func (j *Journey) UsesBrowser() bool {
	for s := range j.AllSteps() {
		if IsBrowser(s.Action) {
			return true
		}
	}
	return false
}

func eachStep(steps []Step, yield func(*Step) bool) bool {
	for i := range steps {
		if !yield(&steps[i]) || !eachStep(steps[i].Members(), yield) {
			return false
		}
	}
	return true
}
