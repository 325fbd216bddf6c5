package document

import (
	"fmt"
	"strings"
	"time"
)

// Map reads a map key by key. A getter gives the zero value where the key is absent or its value wrong (which
// it reports); it also makes the key known, so that [Map.Done] can refuse all others.
type Map struct {
	r       *Reader
	node    *Node
	entries []Entry
	known   []string
	// asked holds what is in known: a map may have a hundred thousand keys.
	asked map[string]bool
}

// Node is the map's own node, nil where there is none.
func (m *Map) Node() *Node { return m.node }

// Entries are all entries, for a map whose keys the author chooses. They count as known.
func (m *Map) Entries() []Entry {
	for _, e := range m.entries {
		m.know(e.Key)
	}
	return m.entries
}

// Get gives the value of a key, or nil.
func (m *Map) Get(key string) *Node {
	m.know(key)
	for _, e := range m.entries {
		if e.Key == key {
			return e.Value
		}
	}
	return nil
}

// Has reports whether the key is there.
func (m *Map) Has(key string) bool { return m.Get(key) != nil }

// KeyPos is the place of a key; the map's own where it is absent.
func (m *Map) KeyPos(key string) Pos {
	for _, e := range m.entries {
		if e.Key == key {
			return e.KeyPos
		}
	}
	if m.node == nil {
		return Pos{}
	}
	return m.node.Pos
}

// Text reads any scalar as text.
func (m *Map) Text(key string) string { v, _ := m.r.Text(m.Get(key)); return v }

// Int reads a whole number.
func (m *Map) Int(key string) int { v, _ := m.r.Int(m.Get(key)); return v }

// Float reads a number.
func (m *Map) Float(key string) float64 { v, _ := m.r.Float(m.Get(key)); return v }

// Bool reads true or false.
func (m *Map) Bool(key string) bool { v, _ := m.r.Bool(m.Get(key)); return v }

// Duration reads a duration such as 30s.
func (m *Map) Duration(key string) time.Duration { v, _ := m.r.Duration(m.Get(key)); return v }

// Bytes reads a size such as 2MB.
func (m *Map) Bytes(key string) int64 { v, _ := m.r.Bytes(m.Get(key)); return v }

// Enum reads one of the choices.
func (m *Map) Enum(key string, choices ...string) string {
	v, _ := m.r.Enum(m.Get(key), choices...)
	return v
}

// Texts reads a list of texts, or one text.
func (m *Map) Texts(key string) []string { return m.r.Texts(m.Get(key)) }

// List reads a list's items.
func (m *Map) List(key string) []*Node { v, _ := m.r.List(m.Get(key)); return v }

// Map reads a map; what it gives is never nil.
func (m *Map) Map(key string) *Map { return m.r.Map(m.Get(key)) }

// Need reports each of the keys that is absent.
func (m *Map) Need(keys ...string) {
	if m.node == nil || m.node.Kind != Mapping {
		return
	}
	for _, key := range keys {
		if !m.Has(key) {
			m.r.Problem(m.node, fmt.Sprintf("the key %q is missing", key), "")
		}
	}
}

// Know makes keys known that are not read by a getter.
func (m *Map) Know(keys ...string) {
	for _, key := range keys {
		m.know(key)
	}
}

// Done reports every key that is not known, with what was probably meant.
func (m *Map) Done() {
	for _, e := range m.Unknown() {
		hint := DidYouMean(e.Key, m.known)
		if hint == "" && len(m.known) > 0 && len(m.known) <= 12 {
			hint = "known are " + strings.Join(m.known, ", ")
		}
		m.r.ProblemAt(e.KeyPos, m.node.Path(), fmt.Sprintf("unknown key %q", e.Key), hint)
	}
}

func (m *Map) know(key string) {
	if m.asked[key] {
		return
	}
	if m.asked == nil {
		m.asked = map[string]bool{}
	}
	m.asked[key] = true
	m.known = append(m.known, key)
}

// Unknown are the entries that no getter asked for.
func (m *Map) Unknown() []Entry {
	var rest []Entry
	for _, e := range m.entries {
		if !m.asked[e.Key] {
			rest = append(rest, e)
		}
	}
	return rest
}
