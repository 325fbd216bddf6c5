package browser

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// errNetworkLost says that the browser lost what it speaks to servers by. It got another one, but not what was under way.
var errNetworkLost = errors.New("the browser's network process died in the middle of the run")

// pingTime is how long the browser may take to show that it lives, before a failure is put down to it.
const pingTime = 2 * time.Second

// Diagnose makes a failure more exact by what the session saw during the step. The browser's own death comes
// first, because it explains everything; then what became of the page itself; then a script of the page's own
// site that died; then dialogs and refused requests, which change no reason but are worth knowing.
func (s *session) Diagnose(ctx context.Context, f *probes.Failure) *probes.Failure {
	if f.Reason.Ours() {
		return f
	}
	if better := s.browserFault(ctx); better != nil {
		return better
	}
	f = s.absent(ctx, f)
	s.tab.Lock()
	defer s.tab.Unlock()
	return s.tab.Traffic.Blame(s.explain(f), s.begun, s.tab.Console)
}

// absentTime bounds the looking for what is there instead of what an expression asked for.
const absentTime = time.Second

// absent adds what is there instead of what an expectation saw nothing of: "visible(…) is false" alone sends a person to the
// picture. Where its author wanted nothing there, that is no news.
func (s *session) absent(ctx context.Context, f *probes.Failure) *probes.Failure {
	l := s.vain
	if l == nil || f.Reason != probes.Assertion || !strings.Contains(f.Got, "(") || wantsNothing.MatchString(f.Expected) {
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, absentTime)
	defer cancel()
	a, err := locate.NewAlternative(ctx, &journeys.Scope{}, l)
	if err != nil {
		return f
	}
	return noted(f, s.tab.Absence(ctx, a))
}

// wantsNothing knows an expectation by which something is not to be there.
var wantsNothing = regexp.MustCompile(`(not|!)\s*visible\(|\)\s*(==|<|<=)\s*0|0\s*==`)

// explain finds the cause on the page. t.mu is held.
func (s *session) explain(f *probes.Failure) *probes.Failure {
	t := s.tab
	if s.awaiting != nil {
		f = noted(f, s.awaiting.About())
	}
	if f.Reason != probes.Assertion && f.Reason != probes.Locator && f.Reason != probes.Timeout {
		return f
	}
	if fault := t.documentFault(); fault != nil {
		return because(f, fault)
	}
	if f.Reason == probes.Timeout {
		return noted(f, t.dialogsSince(s.begun))
	}
	for _, x := range t.Console.Exceptions(s.begun) {
		if t.Traffic.Blames(x) {
			return because(f, &probes.Failure{
				Reason: probes.Script, Message: fmt.Sprintf("a script of the page failed: %s", x.Place()),
			})
		}
	}
	return noted(f, t.dialogsSince(s.begun), t.Traffic.BadAnswers(s.begun))
}

// because puts the cause's reason in place of the failure's and keeps what was seen.
func because(f, cause *probes.Failure) *probes.Failure {
	told := *f
	told.Reason = cause.Reason
	told.Message = fmt.Sprintf("%s; %s", f.Message, cause.Message)
	if told.Expected == "" {
		told.Expected, told.Got = cause.Expected, cause.Got
	}
	return &told
}

// noted adds what else was seen to a failure's message.
func noted(f *probes.Failure, notes ...string) *probes.Failure {
	told := *f
	for _, note := range notes {
		if note != "" {
			told.Message += " (" + note + ")"
		}
	}
	return &told
}

// dialogsSince names the dialogs that the page has opened since. t.mu is held.
func (t *tab) dialogsSince(since time.Time) string {
	opened := t.Console.Dialogs(since)
	if opened == "" {
		return ""
	}
	return "the page opened " + opened
}

// browserFault reports the browser as the cause if it is dead or does not answer.
func (s *session) browserFault(ctx context.Context) *probes.Failure {
	t := s.tab
	if t.Lease.Alive() && !t.Lost() {
		ctx, cancel := context.WithTimeout(ctx, pingTime)
		defer cancel()
		if err := t.Lease.Ping(ctx); err == nil {
			if t.Lease.NetworkLost() {
				t.Lease.Retire() // others may go on in it, but nobody begins
				return page.Gone(errNetworkLost)
			}
			if kind := t.Lease.Stopped(); kind != "" {
				t.Lease.Kill(fmt.Errorf("its process %q was stopped by somebody, so it was killed", kind))
				return page.Gone(t.Lease.Err())
			}
			if t.Lease.Alive() {
				return nil
			}
			// Another run has found it stopped and killed it since it answered.
			return page.Gone(t.Lease.Err())
		}
		if t.Lease.Alive() {
			t.Lease.Kill(fmt.Errorf("it did not answer for %v and was killed", pingTime))
		}
		return page.Gone(t.Lease.Err())
	}
	if f, ok := t.Cause().(*probes.Failure); ok {
		if f.Reason == probes.BrowserFault {
			return f
		}
		return nil
	}
	return page.Gone(t.Lease.Err())
}
