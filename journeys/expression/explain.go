package expression

import "strings"

// traceKind is how the parts of an expression decide its result.
type traceKind int

const (
	traceValue traceKind = iota
	traceComparison
	traceAnd
	traceOr
	traceNot
	traceChoice
	traceAll
)

// trace explains a node of an expression by the values that were recorded while it ran.
type trace struct {
	kind       traceKind
	text       string
	slot       int
	kids       []*trace
	comparison *comparison
	// truth is where the node's own truth was recorded, if it is not in slot.
	truth *truth
}

// explain gives the parts that made the result what it is: `json.total is 12.00`.
func (t *trace) explain(slots []any) []string {
	if t == nil {
		return nil
	}
	switch t.kind {
	case traceValue:
		return value(t.text, slots[t.slot])
	case traceComparison:
		var parts []string
		for _, o := range []operand{t.comparison.left, t.comparison.right} {
			switch {
			case o.constant:
			case o.trace != nil && o.trace.kind == traceValue:
				parts = append(parts, o.trace.explain(slots)...)
			default:
				parts = append(parts, value(o.text, slots[o.slot])...)
			}
		}
		return append(parts, t.comparison.differs(slots)...)
	case traceAnd, traceOr:
		return t.decisive(slots)
	case traceChoice:
		parts := t.kids[0].explain(slots)
		for _, kid := range t.kids[1:] {
			parts = append(parts, kid.explain(slots)...)
		}
		return parts
	case traceAll:
		if parts := t.kids[0].explain(slots); len(parts) > 0 {
			return parts
		}
		return value(t.text, slots[t.slot])
	}
	var parts []string
	for _, kid := range t.kids {
		parts = append(parts, kid.explain(slots)...)
	}
	return parts
}

// decisive gives the parts of the operand that decided: the false one of an `and`, the true one of an `or`,
// both where both were needed.
func (t *trace) decisive(slots []any) []string {
	decides := t.kind == traceOr
	var parts []string
	for _, kid := range t.kids {
		if kid == nil {
			continue
		}
		if holds, known := kid.holds(slots); known && holds == decides {
			return kid.explain(slots)
		}
		parts = append(parts, kid.explain(slots)...)
	}
	return parts
}

func (t *trace) holds(slots []any) (holds, known bool) {
	slot := t.slot
	if t.truth != nil {
		slot = t.truth.slot
	}
	holds, known = slots[slot].(bool)
	return holds, known
}

// value says what a part was; nothing of one that was not evaluated.
func value(text string, v any) []string {
	if _, ok := v.(unseen); ok {
		return nil
	}
	return []string{text + " is " + Show(v)}
}

// join makes one line of the parts, each said once.
func join(parts []string) string {
	seen := map[string]bool{}
	var kept []string
	for _, p := range parts {
		if !seen[p] {
			seen[p] = true
			kept = append(kept, p)
		}
	}
	return cut(strings.Join(kept, ", "), maxShown)
}
