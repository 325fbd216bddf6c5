package browser

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// lateTime is how long a request may be on its way before it is taken for one that is not answered.
const lateTime = time.Second

// learnHosts notes the hosts of all URLs that the journey names, as far as they can be evaluated before it has run.
func (t *tab) learnHosts(ctx context.Context, scope *journeys.Scope) {
	if t.named != nil {
		return
	}
	t.named = map[string]bool{}
	var visit func(steps []journeys.Step)
	visit = func(steps []journeys.Step) {
		for i := range steps {
			var address journeys.Template
			switch a := steps[i].Action.(type) {
			case *journeys.Goto:
				address = a.URL
			case *journeys.Request:
				address = a.URL
			}
			if text, err := address.Text(ctx, scope); err == nil {
				if host := hostOf(text); host != "" {
					t.named[host] = true
				}
			}
			visit(steps[i].Members())
		}
	}
	visit(t.options.Journey.Steps)
	visit(t.options.Journey.Finally)
}

// ours reports whether a host is the journey's own: of the site of one of its URLs, or one that it says is. Every
// other host is a third party's. t.mu is held.
func (t *tab) ours(host string) bool {
	if host == "" || t.hosts[host] || t.named[host] || journeys.HostIn(host, t.options.Journey.ThirdParty.Own) {
		return true
	}
	of := site(host)
	for _, hosts := range []map[string]bool{t.hosts, t.named} {
		for known := range hosts {
			if site(known) == of {
				return true
			}
		}
	}
	return false
}

// blame puts a failure down to third parties when something of theirs failed on the page and nothing of the journey's
// own did. Pictures, beacons and the like are not counted: no step waits for them.
func (t *tab) blame(f *probes.Failure, since time.Time) *probes.Failure {
	if r := t.documentRequest(); r != nil && r.begun.Before(since) {
		since = r.begun
	}
	troubles := map[string]string{} // host -> the first thing that failed
	scriptMissing := false
	for _, r := range t.history {
		what := trouble(r)
		if r.begun.Before(since) || what == "" {
			continue
		}
		host := hostOf(r.url)
		if t.ours(host) {
			return f
		}
		scriptMissing = scriptMissing || r.kind == "Script"
		if troubles[host] == "" {
			troubles[host] = fmt.Sprintf("%s %s %s", r.method, clip(redact.URL(r.url), 200), what)
		}
	}
	for _, x := range t.thrown {
		if x.at.Before(since) {
			continue
		}
		switch host := hostOf(x.url); {
		case !t.ours(host) && troubles[host] == "":
			troubles[host] = "its script failed: " + clip(x.text, 200)
		case t.ours(host) && !(scriptMissing && missesSomething(x.text)):
			return f
		}
	}
	if len(troubles) == 0 {
		return f
	}
	told := *f
	told.ThirdParty = slices.Sorted(maps.Keys(troubles))
	var parts []string
	for _, host := range told.ThirdParty[:min(3, len(told.ThirdParty))] {
		parts = append(parts, fmt.Sprintf("%s: %s", host, troubles[host]))
	}
	told.Message += fmt.Sprintf(" (nothing of the journey's own failed, only a third party: %s)", strings.Join(parts, "; "))
	return &told
}

// trouble says what is wrong with a request that a page may need; empty if nothing is. What the journey itself
// blocks is as it is meant to be.
func trouble(r *request) string {
	switch r.kind {
	case "Document", "Script", "Stylesheet", "XHR", "Fetch":
	default:
		return ""
	}
	switch {
	case r.err != "" && (r.cancelled || strings.Contains(r.err, "BLOCKED_BY_CLIENT") || strings.Contains(r.err, "inspector")):
		return ""
	case r.err != "":
		return "failed: " + r.err
	case r.status >= 400:
		return fmt.Sprintf("answered %d", r.status)
	case !r.done && time.Since(r.begun) > lateTime:
		return fmt.Sprintf("is not answered after %s", time.Since(r.begun).Round(100*time.Millisecond))
	}
	return ""
}

// missesSomething reports whether an exception is one of code that did not find what another script was to bring.
func missesSomething(text string) bool {
	return strings.Contains(text, "is not defined") || strings.Contains(text, "undefined") || strings.Contains(text, "is not a function")
}
