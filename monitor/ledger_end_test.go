package monitor

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/probes"
)

func TestARunThatWaitedForTheStoreOpensNoIncidentOfAJourneyRemovedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &fakeStore{refusal: history.ErrUnavailable}
		l, p, x := ledgerUnderTest(t, s, &fakePager{})
		l.current = func(string) (*plan, *task) { return p, x }
		running(t, l, func() {
			l.Record(t.Context(), p, x, runOf(1, probes.Failed))
			l.current = func(string) (*plan, *task) { return p, nil }
			s.refuse(nil)
			time.Sleep(time.Minute)
			if n, _ := l.Waiting(); n != 0 {
				t.Errorf("%d runs still wait", n)
			}
		})
		for _, e := range s.stored() {
			if e.State.Incident != nil || len(e.Pages) > 0 {
				t.Errorf("an incident that nobody would close: %+v, pages %v", e.State.Incident, e.Pages)
			}
		}
	})
}

func TestPeopleHearThatTheStoreWorksAgainEvenIfTheMonitorIsStoppedFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, pager := &fakeStore{refusal: history.ErrUnavailable}, &fakePager{}
		l, p, x := ledgerUnderTest(t, s, pager)
		running(t, l, func() {
			l.Record(t.Context(), p, x, runOf(1, probes.Failed))
			time.Sleep(2 * patience)
			s.refuse(nil)
		})
		if got, want := fmt.Sprint(pager.events()), "[opened closed]"; got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	})
}
