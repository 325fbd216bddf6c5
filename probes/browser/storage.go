package browser

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// Storage gives the local storage of the origins that the tabs show.
func (s *session) Storage(ctx context.Context) (map[string]map[string]string, error) {
	s.follow()
	all := map[string]map[string]string{}
	for _, t := range s.tab.window.tabs() {
		origin := address.Origin(t.Address())
		if origin == "" {
			continue
		}
		res, err := t.Evaluate(ctx, page.EvaluateParams{Expression: "({...localStorage})", ByValue: true, Silent: true})
		if err != nil {
			return nil, s.failure(ctx, err)
		}
		values := map[string]string{}
		// A document without an origin of its own has no storage, and says so by an exception.
		if res.Exception == nil && json.Unmarshal(res.Result.Value, &values) == nil && len(values) > 0 {
			all[origin] = values
		}
	}
	return all, nil
}

// SetStorage has each origin's storage filled when its first document comes, before any of its scripts.
func (s *session) SetStorage(ctx context.Context, storage map[string]map[string]string) error {
	t := s.tab
	for origin, values := range storage {
		text, err := json.Marshal(map[string]any{"origin": origin, "values": values})
		if err != nil {
			return err
		}
		script := fmt.Sprintf("(s => { if (location.origin === s.origin && top === window) for (const k in s.values) localStorage.setItem(k, s.values[k]) })(%s)", text)
		id, err := t.OnNewDocument(ctx, script)
		if err != nil {
			return s.failure(ctx, err)
		}
		t.Lock()
		if t.stored == nil {
			t.stored = map[string]string{}
		}
		t.stored[origin] = id
		t.Unlock()
	}
	return nil
}

// storedOnce forgets the script that has filled an origin's storage: from here on it is the page's. t.mu is held.
func (t *tab) storedOnce(raw string) {
	if id, ok := t.stored[address.Origin(raw)]; ok {
		delete(t.stored, address.Origin(raw))
		t.Line.Post("Page.removeScriptToEvaluateOnNewDocument", map[string]any{"identifier": id})
	}
}
