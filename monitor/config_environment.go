package monitor

import (
	"fmt"
	"slices"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/format"
)

// readEnvironments reads which environment was chosen and which there are for all journeys. Their variables are read
// with each journey that has them.
func (c *Config) readEnvironments(r *document.Reader, m *document.Map, loader *format.Loader) {
	if chosen := m.Text("environment"); c.Environment == "" {
		c.Environment = chosen
	}
	loader.Environments = m.Map("environments").Entries()
	for _, e := range loader.Environments {
		r.Map(e.Value).Entries()
	}
}

// choose gives all journeys the values of the environment. One that nobody knows is a mistake: the journeys would run
// against another place than the one that was meant.
func (c *Config) choose(r *document.Reader, m *document.Map) {
	names, used := map[string]bool{}, map[string]bool{}
	for i := range c.Journeys {
		j := &c.Journeys[i]
		for _, e := range j.Environments {
			names[e.Name] = true
			for _, v := range e.Vars {
				used[e.Name+"\x00"+v.Name] = true
			}
		}
		j.Choose(c.Environment)
	}
	for _, e := range m.Map("environments").Entries() {
		names[e.Key] = true
		for _, v := range r.Map(e.Value).Entries() {
			if !used[e.Key+"\x00"+v.Key] {
				r.ProblemAt(v.KeyPos, e.Value.Path(), fmt.Sprintf("no journey has a variable %q", v.Key), document.DidYouMean(v.Key, c.varNames()))
			}
		}
	}
	if c.Environment != "" && !names[c.Environment] {
		at := document.Pos{File: c.File, Line: 1, Column: 1}
		if n := m.Get("environment"); n != nil && n.Value == c.Environment {
			at = n.Pos
		}
		r.ProblemAt(at, "environment", fmt.Sprintf("no journey knows the environment %q", c.Environment),
			first(document.DidYouMean(c.Environment, sortedKeys(names)), "add it to environments, here or in a journey"))
	}
}

func (c *Config) varNames() []string {
	var names []string
	for _, j := range c.Journeys {
		for _, v := range j.Vars {
			names = append(names, v.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
