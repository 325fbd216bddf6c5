package redact

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// MinSought is the length in bytes below which a secret is not sought inside texts: a card's check digits
// would turn up everywhere. A text that is nothing but the secret is still replaced.
const MinSought = 4

// Redactor replaces secrets, in every encoding they travel in, by «secret NAME»: as they are, URL-encoded,
// as JSON or HTML text, in any case, as hexadecimal digits, inside base64 at any alignment. Secrets that
// overlap are removed together; so is the beginning of one that dots cut short. A nil Redactor knows none. It is safe for use by several goroutines.
type Redactor struct {
	mu     sync.Mutex
	values map[string]string
	// compiled is built at the first text and forgotten when a secret is added.
	compiled *patterns
}

// New knows the secrets name -> value.
func New(secrets map[string]string) *Redactor {
	return &Redactor{values: maps.Clone(secrets)}
}

// Add makes one more value a secret: what a sensitive step saved, for instance.
func (r *Redactor) Add(name, value string) {
	if value == "" {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.values == nil {
		r.values = map[string]string{}
	}
	for old, taken := r.values[name]; taken && old != value; old, taken = r.values[name] {
		name += "'"
	}
	r.values[name] = value
	r.compiled = nil
}

// Values are the secret values.
func (r *Redactor) Values() []string {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Values(r.values))
}

// Sought are the texts that betray a secret where nothing can be replaced, in pictures: the values and what
// becomes of them in URLs, JSON, hexadecimal digits and base64.
func (r *Redactor) Sought() []string {
	p := r.patterns()
	if p == nil {
		return nil
	}
	sought := map[string]bool{}
	for value := range p.whole {
		sought[value] = true
	}
	for i := range p.all {
		var text strings.Builder
		for _, u := range p.all[i].units {
			text.WriteString(u.raw)
		}
		if text.Len() >= MinSought {
			sought[text.String()] = true
		}
	}
	for _, value := range r.Values() {
		if len(value) >= MinSought {
			for _, s := range spellings(value) {
				sought[s] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(sought))
}

// TooShort names the secrets that are too short to be sought inside texts, sorted.
func (r *Redactor) TooShort() []string {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for name, value := range r.values {
		if len(value) < MinSought {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// String removes the secrets from a text.
func (r *Redactor) String(s string) string {
	if p := r.patterns(); p != nil && s != "" {
		return p.replace(s, false)
	}
	return s
}

// Excerpt removes the secrets from a text that may have been cut, so that the beginning of a secret may
// stand at its end, and cuts it to at most limit bytes.
func (r *Redactor) Excerpt(s string, limit int) string {
	if p := r.patterns(); p != nil && s != "" {
		s = p.replace(s, true)
	}
	return Cut(s, limit)
}

// Active reports whether there is anything to remove.
func (r *Redactor) Active() bool { return r.patterns() != nil }

// patterns gives the compiled form, or nil when there is nothing to remove.
func (r *Redactor) patterns() *patterns {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.values) == 0 {
		return nil
	}
	if r.compiled == nil {
		r.compiled = compilePatterns(r.values)
	}
	return r.compiled
}

// Cut shortens a text to at most limit bytes, at a rune's boundary, and shows that it did.
func Cut(s string, limit int) string {
	const more = "…"
	if len(s) <= limit {
		return s
	}
	end := max(limit-len(more), 0)
	return strings.ToValidUTF8(s[:end], "") + more
}
