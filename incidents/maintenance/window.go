package maintenance

import (
	"slices"
	"time"
)

// Mode is what a window does to its journeys.
type Mode string

// The modes. Halt is the stronger one.
const (
	// Halt: they do not run.
	Halt Mode = "skip"
	// Mute: they run and are recorded, but nobody is paged, and no run counts for the objective.
	Mute Mode = "mute"
)

// Window is one time of maintenance.
type Window struct {
	// ID is unique among windows that were ordered; those of the configuration have none.
	ID string `json:"id,omitempty"`
	// Name is that of the configuration; Reason and By are what the person said who ordered it.
	Name   string `json:"name,omitempty"`
	Reason string `json:"reason,omitempty"`
	By     string `json:"by,omitempty"`
	Mode   Mode   `json:"mode"`
	Scope
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Scope says which journeys are meant: those named, and those with one of the tags; with neither, all.
type Scope struct {
	Journeys []string `json:"journeys,omitempty"`
	Tags     []string `json:"tags,omitempty"`
}

// Means reports whether a journey is meant.
func (s Scope) Means(journey string, tags []string) bool {
	if len(s.Journeys) == 0 && len(s.Tags) == 0 {
		return true
	}
	return slices.Contains(s.Journeys, journey) || slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(s.Tags, t) })
}

// Covers reports whether a time lies in the window. Its end does not.
func (w *Window) Covers(at time.Time) bool { return !at.Before(w.From) && at.Before(w.Until) }

// Title is what people call it.
func (w *Window) Title() string {
	for _, s := range []string{w.Name, w.Reason, w.ID} {
		if s != "" {
			return s
		}
	}
	return "maintenance"
}

// Find gives the window that a journey is in at a time: one that skips before one that mutes, of those the one that
// ends last; nil if it is in none.
func Find(plans []Plan, ordered []Window, journey string, tags []string, at time.Time) *Window {
	var found *Window
	take := func(w Window) {
		if !w.Covers(at) || !w.Means(journey, tags) {
			return
		}
		if found == nil || w.Mode == found.Mode && w.Until.After(found.Until) || w.Mode == Halt && found.Mode != Halt {
			found = &w
		}
	}
	for n := range plans {
		if !plans[n].Means(journey, tags) {
			continue
		}
		if w, ok := plans[n].At(at); ok {
			take(w)
		}
	}
	for _, w := range ordered {
		take(w)
	}
	return found
}
