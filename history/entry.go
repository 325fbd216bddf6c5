package history

import (
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// Entry is what one run leaves behind, all or nothing.
type Entry struct {
	// Result is the run. Without a RunID there was none: a journey was retired.
	Result probes.Result
	// State is the journey's new state; without meaning if the update is of no journey.
	State incidents.State
	// Monitor is the monitor's own new state, or nil if it did not change.
	Monitor *incidents.State
	Events  []incidents.Event
	Pages   []paging.Outgoing
	// Window is maintenance that was ordered, or that ends at another time than was said; Deploy is one that was told.
	Window *maintenance.Window
	Deploy *incidents.Deploy
}

// Prev is what an update starts from: the stored states.
type Prev struct {
	State   incidents.State
	Monitor incidents.State
	// Others gives the stored states of all journeys. It may be called during the update only. Nil: there are none.
	Others func(journey string) incidents.State
	// Windows are those ordered that are not long over, Deploys the last ones, the newest last. They must not be changed.
	Windows []maintenance.Window
	Deploys []incidents.Deploy
}

// Of is the stored state of any journey.
func (p *Prev) Of(journey string) incidents.State {
	if p.Others == nil {
		return incidents.State{Subject: journey}
	}
	return p.Others(journey)
}
