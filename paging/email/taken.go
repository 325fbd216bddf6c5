package email

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
)

// taken knows the recipients of pages that have them while others do not.
type taken struct {
	mu sync.Mutex
	// by is page, then address; order is that of the pages.
	by    map[string]map[string]bool
	order []string
}

// mostPages bounds what is remembered of pages that only some have.
const mostPages = 1000

// noted is what stands in the outbox: the page is named, since the end of an incident may be told in the place of another page.
type noted struct {
	Page string   `json:"page"`
	Took []string `json:"took"`
}

// learn takes over what was noted before a restart.
func (t *taken) learn(page, note string) {
	var n noted
	if note == "" || json.Unmarshal([]byte(note), &n) != nil || n.Page != page {
		return
	}
	t.add(page, n.Took)
}

// note is what has to be known to go on after a restart.
func (t *taken) note(page string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.by[page]) == 0 {
		return ""
	}
	text, err := json.Marshal(noted{Page: page, Took: slices.Sorted(maps.Keys(t.by[page]))})
	if err != nil {
		return ""
	}
	return string(text)
}

func (t *taken) add(page string, took []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.by[page] == nil {
		t.by[page] = map[string]bool{}
		if t.order = append(t.order, page); len(t.order) > mostPages {
			delete(t.by, t.order[0])
			t.order = t.order[1:]
		}
	}
	for _, to := range took {
		t.by[page][to] = true
	}
}

func (t *taken) has(page, address string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.by[page][address]
}

// some reports whether anybody has the page.
func (t *taken) some(page string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.by[page]) > 0
}

// forget is for pages that all have.
func (t *taken) forget(page string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.by, page)
	t.order = slices.DeleteFunc(t.order, func(p string) bool { return p == page })
}
