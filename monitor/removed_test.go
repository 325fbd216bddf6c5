package monitor

import (
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
