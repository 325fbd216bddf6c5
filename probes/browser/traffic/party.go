package traffic

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/console"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// lateTime is how long a request may be on its way before it is taken for one that is not answered.
const lateTime = time.Second

// Learn notes the hosts of all URLs that the journey names, as far as they can be evaluated before it has run.
func (l *Log) Learn(ctx context.Context, scope *journeys.Scope) {
	if l.named != nil {
		return
	}
	l.named = map[string]bool{}
	var visit func(steps []journeys.Step)
	visit = func(steps []journeys.Step) {
		for i := range steps {
			var at journeys.Template
			switch a := steps[i].Action.(type) {
			case *journeys.Goto:
				at = a.URL
			case *journeys.Request:
				at = a.URL
			}
			if text, err := at.Text(ctx, scope); err == nil {
				if host := address.Host(text); host != "" {
					l.named[host] = true
				}
			}
			visit(steps[i].Members())
		}
	}
	visit(l.journey.Steps)
	visit(l.journey.Finally)
}

// Own makes a host one of the journey's own. It reports whether it was one already.
func (l *Log) Own(host string) (already bool) {
	already = l.hosts[host]
	l.hosts[host] = true
	return already
}

// Went reports whether the journey has gone to a host by one of its URLs.
func (l *Log) Went(host string) bool { return l.hosts[host] }

// Hosts are those that the journey has gone to.
func (l *Log) Hosts() []string { return slices.Sorted(maps.Keys(l.hosts)) }

// Mine reports whether a host may get what is meant for the journey's own hosts: one of its URLs, or one that it says
// is its own. That it is of the same site is not enough for a password.
func (l *Log) Mine(host string) bool {
	return host != "" && (l.hosts[host] || l.named[host] || journeys.HostIn(host, l.journey.ThirdParty.Own))
}

// Blames reports whether an exception can be put down to the journey's own scripts: those of the page's site, of its own
// hosts, and those that nobody knows whose they are.
func (l *Log) Blames(x console.Exception) bool {
	return x.URL == "" || l.own(x.URL) || l.hosts[address.Host(x.URL)]
}

// Ours reports whether a host is the journey's own: of the site of one of its URLs, or one that it says is. Every
// other host is a third party's.
func (l *Log) Ours(host string) bool {
	if host == "" || l.hosts[host] || l.named[host] || journeys.HostIn(host, l.journey.ThirdParty.Own) {
		return true
	}
	of := address.Site(host)
	for _, hosts := range []map[string]bool{l.hosts, l.named} {
		for known := range hosts {
			if address.Site(known) == of {
				return true
			}
		}
	}
	return false
}

// Blame puts a failure down to third parties when something of theirs failed on the page and nothing of the journey's
// own did. Pictures, beacons and the like are not counted: no step waits for them.
func (l *Log) Blame(f *probes.Failure, since time.Time, said *console.Log) *probes.Failure {
	if r := l.Document(); r != nil && r.Begun.Before(since) {
		since = r.Begun
	}
	troubles := map[string]string{} // host -> the first thing that failed
	scriptMissing := false
	for _, r := range l.history {
		what := trouble(r)
		if r.Begun.Before(since) || what == "" {
			continue
		}
		host := address.Host(r.URL)
		if l.Ours(host) {
			return f
		}
		scriptMissing = scriptMissing || r.Kind == "Script"
		if troubles[host] == "" {
			troubles[host] = fmt.Sprintf("%s %s %s", r.Method, redact.Cut(redact.URL(r.URL), 200), what)
		}
	}
	for _, x := range said.Exceptions(since) {
		switch host := address.Host(x.URL); {
		case !l.Ours(host) && troubles[host] == "":
			troubles[host] = "its script failed: " + redact.Cut(x.Text, 200)
		case l.Ours(host) && !(scriptMissing && missesSomething(x.Text)):
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
func trouble(r *Request) string {
	switch r.Kind {
	case "Document", "Script", "Stylesheet", "XHR", "Fetch":
	default:
		return ""
	}
	switch {
	case r.Err != "" && (r.Cancelled || blocked(r)):
		return ""
	case r.Err != "":
		return "failed: " + r.Err
	case r.Status >= 400:
		return fmt.Sprintf("answered %d", r.Status)
	case !r.Done && time.Since(r.Begun) > lateTime:
		return fmt.Sprintf("is not answered after %s", time.Since(r.Begun).Round(100*time.Millisecond))
	}
	return ""
}

// blocked reports whether the journey's own patterns refused a request.
func blocked(r *Request) bool {
	return strings.Contains(r.Err, "BLOCKED_BY_CLIENT") || strings.Contains(r.Err, "inspector")
}

// missesSomething reports whether an exception is one of code that did not find what another script was to bring.
func missesSomething(text string) bool {
	return strings.Contains(text, "is not defined") || strings.Contains(text, "undefined") || strings.Contains(text, "is not a function")
}
