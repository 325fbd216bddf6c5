package probes

import (
	"cmp"
	"slices"

	"github.com/outrider-monitor/outrider/probes/redact"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// collectTraced takes the requests of a traced attempt from its sessions, in the order in which they began, and removes
// the secrets.
func (a *attempt) collectTraced() {
	if a.trace == nil {
		return
	}
	defer func() {
		if p := recover(); p != nil {
			a.out.Requests = nil
			a.r.o.Log.Error("collecting requests panicked", "journey", a.j.Name, "run", a.runID, "err", a.redactor.String(panicked(p).Err.Error()))
		}
	}()
	var all []spans.Request
	for _, s := range a.sessions {
		t, ok := s.Session.(Traced)
		switch {
		case ok && len(a.sessions) == 1:
			all = t.Traced()
		case ok:
			all = append(all, t.Traced()...)
		}
	}
	byOffset := func(x, y spans.Request) int { return cmp.Compare(x.Offset, y.Offset) }
	if !slices.IsSortedFunc(all, byOffset) {
		slices.SortStableFunc(all, byOffset)
	}
	all = all[:min(len(all), spans.Most)]
	for i := range all {
		all[i].URL = redact.URL(a.redactor.Excerpt(all[i].URL, maxLine))
		if all[i].Error != "" {
			all[i].Error = a.redactor.Excerpt(all[i].Error, maxLine)
		}
	}
	a.out.Requests = all
}
