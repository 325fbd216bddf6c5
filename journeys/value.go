package journeys

import (
	"context"
	"encoding/json"
	"fmt"
)

// Value is any YAML value whose strings are templates. A string that is one single expression takes that
// expression's type: `{quantity: "${{ json.count }}"}` sends a number.
type Value struct{ node any }

// entry is one key of a Value's map.
type entry struct {
	key   string
	value Value
}

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
	case []entry:
		entries := make(map[string]any, len(n))
		for _, e := range n {
			evaluated, err := e.value.JSON(ctx, s)
			if err != nil {
				return nil, err
			}
			entries[e.key] = evaluated
		}
		return entries, nil
	}
	return nil, fmt.Errorf("a value of type %T cannot be JSON", v.node)
}

// isJSONNumber reports whether the text is a number as JSON writes it (RFC 8259, section 6). 010, +1, .5 and 1_000
// are none: they stay the text that their author wrote.
func isJSONNumber(text string) bool {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return false
	}
	return json.Valid([]byte(text))
}

// jsonScalar gives what an unquoted scalar is in the core schema of YAML 1.2, as far as JSON knows it too.
func jsonScalar(text string) (any, bool) {
	switch text {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	case "null", "Null", "NULL":
		return nil, true
	}
	if isJSONNumber(text) {
		return json.Number(text), true
	}
	return nil, false
}
