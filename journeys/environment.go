package journeys

import (
	"slices"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Environment gives variables other values: the same journey against staging.
type Environment struct {
	Name string
	Vars []Var
	Pos  document.Pos
}

// Choose gives the journey's variables the values that they have in an environment, and says whether the journey knows
// it. The environment of the empty name changes nothing.
func (j *Journey) Choose(name string) bool {
	i := slices.IndexFunc(j.Environments, func(e Environment) bool { return e.Name == name })
	if i < 0 {
		return name == ""
	}
	j.Vars = slices.Clone(j.Vars)
	for _, v := range j.Environments[i].Vars {
		for k := range j.Vars {
			if j.Vars[k].Name == v.Name {
				j.Vars[k] = v
			}
		}
	}
	return true
}

// VarNames are the names of the journey's variables.
func (j *Journey) VarNames() []string {
	var names []string
	for _, v := range j.Vars {
		names = append(names, v.Name)
	}
	return names
}
