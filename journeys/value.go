package journeys

import (
	"context"
	"encoding/json"
	"fmt"
)

// Value is any YAML value whose strings are templates. A string that is one single expression takes that
// expression's type: `{quantity: "${{ json.count }}"}` sends a number.
type Value struct{ node any }

// Entry is one key of a Value's map.
type Entry struct {
	Key   string
	Value Value
}

// ValueOf makes a value of nil, a bool, a json.Number, a Template, a list of values, or a map's entries in their order. No
// other type can become JSON.
func ValueOf(node any) Value { return Value{node} }

// JSON evaluates the value to what encoding/json can marshal.
func (v Value) JSON(ctx context.Context, s *Scope) (any, error) {
	switch n := v.node.(type) {
	case nil, bool, json.Number:
		return n, nil
	case Template:
		return n.value(ctx, s)
	case []Value:
		items := make([]any, len(n))
		for i, item := range n {
			var err error
			if items[i], err = item.JSON(ctx, s); err != nil {
				return nil, err
			}
		}
		return items, nil
	case []Entry:
		entries := make(map[string]any, len(n))
		for _, e := range n {
			evaluated, err := e.Value.JSON(ctx, s)
			if err != nil {
				return nil, err
			}
			entries[e.Key] = evaluated
		}
		return entries, nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be JSON", v.node)
}
