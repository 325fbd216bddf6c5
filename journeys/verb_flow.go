package journeys

import "strings"

// Group is several steps under one name, with one time, one condition and one verdict.
type Group struct {
	Title string
	Steps []Step
}

// Verb is group.
func (*Group) Verb() string { return "group" }

func (g *Group) sentence() string { return strings.TrimSpace(g.Title) }

// Members are the steps that an action holds; nil for one that does something itself.
func Members(a Action) []Step {
	switch a := a.(type) {
	case *Group:
		return a.Steps
	case *Use:
		return a.Steps
	}
	return nil
}
