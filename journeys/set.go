package journeys

import (
	"fmt"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// CheckSet finds what is wrong between journeys of several files: two of one name, a depends_on that names no
// journey or leads in a circle, the use of a value that no journey publishes.
func CheckSet(journeys []Journey) document.Problems {
	s := &set{r: document.NewReader(nil), named: map[string]*Journey{}}
	for i := range journeys {
		j := &journeys[i]
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
	for i := range journeys {
		s.dependencies(&journeys[i])
		s.references(&journeys[i])
	}
	s.circles()
	s.sessions(journeys)
	return s.r.Problems()
}

type set struct {
	r     *document.Reader
	named map[string]*Journey
	names []string
}

func (s *set) dependencies(j *Journey) {
	for _, d := range j.depends {
		if d.journey == j.Name {
			s.r.ProblemAt(d.pos, d.path, "a journey cannot depend on itself", "")
			continue
		}
		if s.named[d.journey] == nil {
			s.r.ProblemAt(d.pos, d.path, fmt.Sprintf("there is no journey %q", d.journey), document.DidYouMean(d.journey, s.names))
		}
	}
}

func (s *set) references(j *Journey) {
	for _, ref := range j.references {
		other := s.named[ref.journey]
		if other == nil {
			s.r.ProblemAt(ref.pos, ref.path, fmt.Sprintf("there is no journey %q", ref.journey), document.DidYouMean(ref.journey, s.names))
			continue
		}
		var published []string
		for _, b := range other.Publish {
			published = append(published, b.Name)
		}
		if ref.name != "" && !slices.Contains(published, ref.name) {
			s.r.ProblemAt(ref.pos, ref.path, fmt.Sprintf("the journey %q does not publish %q", ref.journey, ref.name),
				document.DidYouMean(ref.name, published))
		}
	}
}

// circles reports each circle of depends_on once, at the journey whose name comes first.
func (s *set) circles() {
	for _, name := range s.names {
		if path := s.wayBack(name, name, map[string]bool{}); path != nil {
			d := s.named[name].depends[0]
			s.r.ProblemAt(d.pos, d.path, "depends_on leads in a circle: "+strings.Join(append([]string{name}, path...), ", "), "")
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
	for _, d := range s.named[from].depends {
		if d.journey == target && from != target {
			return []string{target}
		}
		if s.named[d.journey] == nil || d.journey <= target {
			continue
		}
		if path := s.wayBack(d.journey, target, seen); path != nil {
			return append([]string{d.journey}, path...)
		}
	}
	return nil
}
