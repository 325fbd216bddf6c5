package incidents_test

import (
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

func TestOneJourneyThatKeepsBreakingIsNoStorm(t *testing.T) {
	var s incidents.State
	policy := journeys.Threshold{Count: 3, For: time.Minute}
	join := func(n int, journey string) *incidents.Hold {
		r := run(n, probes.Failed)
		var hold *incidents.Hold
		s, hold = incidents.JoinStorm(s, policy, "shop", &incidents.Incident{Subject: journey}, &r, noon.Add(time.Duration(n)*time.Second))
		return hold
	}
	for n := range 10 {
		if join(n, "a") != nil {
			t.Fatalf("the page of opening %d of the same journey is held as part of a storm", n+1)
		}
	}
	if join(11, "b") != nil {
		t.Error("two journeys are a storm of three")
	}
	if join(12, "c") == nil {
		t.Error("three journeys within a minute are no storm")
	}
	if join(300, "d") != nil {
		t.Error("a journey joins a storm that is long over")
	}
}

func TestAStormKnowsWhatBrokeAsLongAsItIsOneJourney(t *testing.T) {
	var s incidents.State
	policy := journeys.Threshold{Count: 1, For: time.Minute}
	join := func(n int, journey string) incidents.Incident {
		r := run(n, probes.Failed)
		s, _ = incidents.JoinStorm(s, policy, "shop", &incidents.Incident{Subject: journey, Step: "Pay", Degraded: true,
			Failure: &probes.Failure{Message: "500"}, Deploys: []incidents.Deploy{{Service: "basket"}}}, &r, noon.Add(time.Duration(n)*time.Second))
		return s.Storm.Teams["shop"]
	}
	if i := join(0, "a"); i.Step != "Pay" || i.Failure == nil || len(i.Deploys) != 1 || !i.Degraded {
		t.Errorf("of its only journey a storm knows %+v", i)
	}
	if i := join(1, "b"); i.Step != "" || i.Failure != nil || len(i.Deploys) != 0 || i.Degraded {
		t.Errorf("what is of one journey a storm says of two: %+v", i)
	}
}
