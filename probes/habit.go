package probes

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// habitual takes those third parties out of a failure's that failed in the last good run of the step as they did now: what
// customers could do without then is not what stops them today. Where no good run is known, all stay.
func (s *stepRun) habitual(ctx context.Context, f *Failure) *Failure {
	if len(f.ThirdParty) == 0 || s.r.o.LastGood == nil {
		return f
	}
	then := s.r.o.LastGood(ctx, s.j.Name)
	if then == nil {
		return f
	}
	now := s.glance(ctx, s.sess, s.st, true)
	if now == nil {
		return f
	}
	return unlessHabitual(f, then, now)
}

// unlessHabitual is the failure without the third parties of which nothing failed that had not failed by that step in the
// good run.
func unlessHabitual(f *Failure, then *Portrait, now *Look) *Failure {
	at := slices.IndexFunc(then.Steps, func(l Look) bool { return l.Step == now.Step })
	if at < 0 {
		return f
	}
	requests, console := map[string]bool{}, map[string]bool{}
	for _, l := range then.Steps[:at+1] {
		for _, line := range l.Requests {
			requests[line] = true
		}
		for _, line := range l.Console {
			console[line] = true
		}
	}
	thrown := slices.DeleteFunc(slices.Clone(now.Console), func(line string) bool { return !strings.HasPrefix(line, "exception: ") })
	isNew := func(line string) bool { return !requests[line] && !console[line] }
	told := *f
	told.ThirdParty = nil
	var always []string
	for _, host := range f.ThirdParty {
		failed := slices.DeleteFunc(slices.Clone(now.Requests), func(line string) bool { return !failedAt(line, host) })
		if len(failed) == 0 { // it is one of its scripts that failed
			failed = thrown
		}
		if len(failed) == 0 || slices.ContainsFunc(failed, isNew) {
			told.ThirdParty = append(told.ThirdParty, host)
		} else {
			always = append(always, host)
		}
	}
	if len(always) == 0 {
		return f
	}
	told.Message += fmt.Sprintf("; but %s failed like that in the last good run too", strings.Join(always, ", "))
	return &told
}

// failedAt reports whether a line of a look's requests is of one of this host that did not end well.
func failedAt(line, host string) bool {
	_, after, _ := strings.Cut(line, " ")
	at, _, _ := strings.Cut(after, "/")
	return at == host && strings.Contains(line, Ended)
}
