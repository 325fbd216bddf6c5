package probes

import (
	"context"
	"slices"
	"time"
)

// measureTime bounds the reading of the last numbers at the end of an attempt.
const measureTime = time.Second

// settled gives the numbers of a step whose budget bounds more than its time. The wait for the page to stand still
// is ours: it counts neither for the step nor for the journey.
func (s *stepRun) settled(ctx context.Context) *PageNumbers {
	m, ok := s.sess.Session.(Meter)
	if !ok {
		return nil
	}
	begun := time.Now()
	defer func() {
		s.opening += time.Since(begun)
		if p := recover(); p != nil {
			s.r.o.Log.Error("measuring panicked", "journey", s.j.Name, "run", s.runID, "err", s.redactor.String(panicked(p).Err.Error()))
		}
	}()
	return m.Settled(ctx)
}

// measure adds what the sessions measured to the steps that ran. Numbers that a budget was judged by stay.
func (a *attempt) measure(ctx context.Context) {
	if !slices.ContainsFunc(a.sessions, measures) {
		return // a deadline for nothing costs a plain HTTP check one part in a hundred
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), measureTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			a.r.o.Log.Error("measuring panicked", "journey", a.j.Name, "run", a.runID, "err", a.redactor.String(panicked(p).Err.Error()))
		}
	}()
	for _, s := range a.sessions {
		if !measures(s) {
			continue
		}
		numbers := s.Session.(Meter).Numbers(ctx)
		for i := range a.out.Steps {
			st := &a.out.Steps[i]
			if n := numbers[st.Name]; n != nil && st.Page == nil {
				st.Page = cleanNumbers(a.redactor, n)
			}
		}
	}
}

// measures reports whether a session has numbers to give.
func measures(s *session) bool {
	_, ok := s.Session.(Meter)
	return ok && s.failed == nil
}

// cleanNumbers gives a copy without secrets.
func cleanNumbers(r *Redactor, n *PageNumbers) *PageNumbers {
	if n == nil {
		return nil
	}
	clean := *n
	clean.URL = r.Excerpt(n.URL, maxLine)
	clean.Hosts = make([]HostTraffic, len(n.Hosts))
	for i, h := range n.Hosts {
		h.Host = r.Excerpt(h.Host, maxLine)
		clean.Hosts[i] = h
	}
	return &clean
}
