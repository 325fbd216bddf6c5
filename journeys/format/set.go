package format

import (
	"fmt"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// CheckSet finds what is wrong between journeys of several files: two of one name, a depends_on that names no
// journey or leads in a circle, the use of a value that no journey publishes.
func CheckSet(all []journeys.Journey) document.Problems {
	s := &set{r: document.NewReader(nil), named: map[string]*journeys.Journey{}}
	for i := range all {
		j := &all[i]
		if j.Name == "" {
			continue
		}
		if first, ok := s.named[j.Name]; ok {
			if first.File != j.File {
				s.r.Conflict(j.Pos, "journey", fmt.Sprintf("another journey is called %q", j.Name), "the name is the journey's identity everywhere",
					document.Related{Pos: first.Pos, Message: "the first is here"})
			}
			continue
		}
		s.named[j.Name] = j
		s.names = append(s.names, j.Name)
	}
	for i := range all {
		s.dependencies(&all[i])
		s.references(&all[i])
	}
	s.circles()
	s.sessions(all)
	return s.r.Problems()
}

type set struct {
	r     *document.Reader
	named map[string]*journeys.Journey
	names []string
}

func (s *set) dependencies(j *journeys.Journey) {
	for _, d := range j.Depends {
		if d.Journey == j.Name {
			s.r.ProblemAt(d.Pos, d.Path, "a journey cannot depend on itself", "")
			continue
		}
		if s.named[d.Journey] == nil {
			s.r.ProblemAt(d.Pos, d.Path, fmt.Sprintf("there is no journey %q", d.Journey), document.DidYouMean(d.Journey, s.names))
		}
	}
}

func (s *set) references(j *journeys.Journey) {
	for _, ref := range j.References {
		other := s.named[ref.Journey]
		if other == nil {
			s.r.ProblemAt(ref.Pos, ref.Path, fmt.Sprintf("there is no journey %q", ref.Journey), document.DidYouMean(ref.Journey, s.names))
			continue
		}
		var published []string
		for _, b := range other.Publish {
			published = append(published, b.Name)
		}
		if ref.Name != "" && !slices.Contains(published, ref.Name) {
			s.r.ProblemAt(ref.Pos, ref.Path, fmt.Sprintf("the journey %q does not publish %q", ref.Journey, ref.Name),
				document.DidYouMean(ref.Name, published))
		}
	}
}

// circles reports each circle of depends_on once, at the journey whose name comes first.
func (s *set) circles() {
	for _, name := range s.names {
		if path := s.wayBack(name, name, map[string]bool{}); path != nil {
			d := s.named[name].Depends[0]
			s.r.ProblemAt(d.Pos, d.Path, "depends_on leads in a circle: "+strings.Join(append([]string{name}, path...), ", "), "")
		}
	}
}

// wayBack finds a way from a journey to the target that passes no name before the target's: each circle has one
// such target.
func (s *set) wayBack(from, target string, seen map[string]bool) []string {
	if seen[from] {
		return nil
	}
	seen[from] = true
	for _, d := range s.named[from].Depends {
		if d.Journey == target && from != target {
			return []string{target}
		}
		if s.named[d.Journey] == nil || d.Journey <= target {
			continue
		}
		if path := s.wayBack(d.Journey, target, seen); path != nil {
			return append([]string{d.Journey}, path...)
		}
	}
	return nil
}
