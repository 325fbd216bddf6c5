package monitor

import (
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// desk applies runs to one journey's state as the store does, and notes who is told what.
type desk struct {
	p    *plan
	t    *task
	prev history.Prev
	runs int
}

func newDesk(pagers ...string) *desk {
	t := &task{Journey: &journeys.Journey{Name: "x"}, pagers: pagers, policy: incidents.Policy{OpenAfter: 2, CloseAfter: 1}}
	return &desk{t: t, p: &plan{config: &Config{MonitorPagers: []string{"ops"}}, composer: paging.Composer{Deployment: "test"},
		monitorPolicy: incidents.Policy{OpenAfter: 1, CloseAfter: 1}, tasks: tasksOf(t)}}
}

func (d *desk) run(outcomes ...probes.Outcome) string {
	var told []string
	for _, outcome := range outcomes {
		d.runs++
		r := runOf(d.runs, outcome)
		told = append(told, d.apply(d.p.judge(d.t, &r, d.prev)))
	}
	return strings.TrimSpace(strings.Join(told, " "))
}

func (d *desk) apply(e history.Entry) string {
	d.prev.State = e.State
	if e.Monitor != nil {
		d.prev.Monitor = *e.Monitor
	}
	var told []string
	for _, page := range e.Pages {
		told = append(told, page.Page.Event+":"+page.Pager)
	}
	return strings.Join(told, " ")
}

const (
	good = probes.Passed
	bad  = probes.Failed
	ours = probes.Error
)

func TestWhoHeardOfTheStartHearsOfTheEndWhoeverIsResponsibleByThen(t *testing.T) {
	d := newDesk("a", "b")
	expectTold(t, "the start", d.run(bad, bad, bad), "opened:a opened:b")
	d.t.pagers = []string{"b", "c"}
	expectTold(t, "a run that cannot be judged", d.run(ours, ours), "opened:ops")
	expectTold(t, "the next failed run", d.run(bad), "opened:c closed:ops")
	expectTold(t, "the one after it", d.run(bad), "")
	expectTold(t, "the end", d.run(good), "closed:a closed:b closed:c")
}

func TestNobodyHearsOfTheEndOfWhatHeNeverHeardOf(t *testing.T) {
	d := newDesk("a")
	d.run(bad, bad)
	d.t.pagers = []string{"c"}
	expectTold(t, "the end", d.run(good), "closed:a")
	expectTold(t, "the next one", d.run(bad, bad), "opened:c")
}

func TestARemovedJourneyIsClosedForThoseWhoWereTold(t *testing.T) {
	d := newDesk("a")
	d.run(bad, bad)
	d.t.pagers = []string{"c"}
	d.run(bad, ours)
	d.p.config.MonitorPagers = []string{"others"}
	d.p.tasks = nil
	now := time.Now()
	expectTold(t, "the journey's", d.apply(d.p.retire(d.prev, now)), "closed:a closed:c")
	expectTold(t, "the monitor's", d.apply(d.p.retireTroubles(d.prev, now)), "closed:ops")
	if d.prev.State.Incident != nil || d.prev.Monitor.Incident != nil {
		t.Error("an incident stays open")
	}
}

func TestJudgingDoesNotChangeTheStateItIsGiven(t *testing.T) {
	d := newDesk("a")
	d.run(bad, bad)
	before := *d.prev.State.Incident
	d.t.pagers = []string{"b"}
	r := runOf(9, bad)
	d.p.judge(d.t, &r, d.prev)
	if after := d.prev.State.Incident; len(after.Pagers) != 1 || after.Pagers[0] != "a" || after.FailedRuns != before.FailedRuns {
		t.Errorf("it is %+v now", after)
	}
}

func TestEachTroubleOfOursIsToldAfterItsOwnThreshold(t *testing.T) {
	for reason, want := range map[probes.Reason]int{probes.Config: 2, probes.Internal: 2, probes.BrowserFault: 3, probes.Offline: 3, probes.Resources: 3, probes.Cancelled: 5} {
		d := newDesk("a")
		d.p.monitorPolicy.OpenAfter = 3
		for n := 1; n <= 9; n++ {
			r := runOf(n, ours)
			r.Failure = &probes.Failure{Reason: reason}
			told := d.apply(d.p.judge(d.t, &r, d.prev))
			if (told == "opened:ops") != (n == want) {
				t.Errorf("%s: run %d told %q, want the page at run %d", reason, n, told, want)
			}
		}
		if d.prev.State.Incident != nil {
			t.Errorf("%s: our trouble opened an incident of the journey", reason)
		}
	}
	d := newDesk("a")
	d.run(bad, bad)
	expectTold(t, "errors of an open incident", d.run(ours, ours, ours), "opened:ops")
	if d.prev.State.Incident == nil {
		t.Error("our trouble ended an incident of the journey")
	}
}

func expectTold(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: told %q, want %q", what, got, want)
	}
}
