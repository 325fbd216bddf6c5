package web

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// mostMaintenance bounds a window that somebody orders: what is longer belongs into the configuration.
const mostMaintenance = 30 * 24 * time.Hour

// maintenanceData is the page of the windows.
type maintenanceData struct {
	Windows []windowData
	// Journeys and Tags are what a window can be ordered for.
	Journeys, Tags []string
	// Allowed says that the reader may order one here.
	Allowed bool
}

// windowData is one window.
type windowData struct {
	maintenance.Window
	look
	// What says which journeys it is about. End is the address that ends it, empty if it cannot be ended here.
	What, End string
}

func (s *site) maintenancePage(r *http.Request) (view, error) {
	now, watched := s.o.Now(), s.o.Watched()
	d := maintenanceData{}
	tags := map[string]bool{}
	for n := range watched.Journeys {
		d.Journeys = append(d.Journeys, watched.Journeys[n].Name)
		for _, tag := range watched.Journeys[n].Tags {
			if !tags[tag] {
				tags[tag] = true
				d.Tags = append(d.Tags, tag)
			}
		}
	}
	if s.o.Actions != nil {
		d.Allowed = s.o.Actions.Allowed(r)
		for _, w := range s.o.Actions.Maintenance(now) {
			one := windowData{Window: w, What: scopeWords(w.Scope), look: look{Kind: none, Word: "To come"}}
			if w.Covers(now) {
				one.look = look{Kind: slow, Word: "Goes on"}
			}
			if d.Allowed && w.ID != "" {
				one.End = s.link("maintenance", w.ID, "end")
			}
			d.Windows = append(d.Windows, one)
		}
	}
	return view{Template: "maintenance", Title: "Maintenance", Section: "maintenance", Mood: none, Data: d}, nil
}

// scopeWords says which journeys a window is about.
func scopeWords(s maintenance.Scope) string {
	var parts []string
	if len(s.Journeys) > 0 {
		parts = append(parts, list(humans(s.Journeys), 5))
	}
	if len(s.Tags) > 0 {
		parts = append(parts, "all tagged "+list(s.Tags, 5))
	}
	if len(parts) == 0 {
		return "All journeys"
	}
	return capital(strings.Join(parts, " and "))
}

// order is what somebody asks for.
type order struct {
	Journeys []string `json:"journeys"`
	Tags     []string `json:"tags"`
	// All must be said when no journey and no tag is named.
	All  bool   `json:"all"`
	Mode string `json:"mode"`
	// From is now if it is empty; exactly one of For and Until is given.
	From   string `json:"from"`
	For    string `json:"for"`
	Until  string `json:"until"`
	Reason string `json:"reason"`
	By     string `json:"by"`
}

// window makes the window that is asked for, or says what is wrong with it.
func (o *order) window(r *http.Request, now time.Time) (maintenance.Window, error) {
	no := func(words string, hint string) (maintenance.Window, error) {
		return maintenance.Window{}, &Refusal{words, hint}
	}
	w := maintenance.Window{Mode: maintenance.Mode(o.Mode), Scope: maintenance.Scope{Journeys: o.Journeys, Tags: o.Tags},
		From: now.UTC(), Reason: oneLine(o.Reason, 200), By: who(r, o.By)}
	var err error
	if o.From != "" {
		if w.From, err = time.Parse(time.RFC3339, o.From); err != nil {
			return no(fmt.Sprintf("from is %q", o.From), "want a time such as "+now.UTC().Format(time.RFC3339))
		}
	}
	switch {
	case w.Mode != maintenance.Halt && w.Mode != maintenance.Mute:
		return no(fmt.Sprintf("mode is %q", o.Mode), "want skip (do not run) or mute (run, but page nobody)")
	case w.Reason == "":
		return no("a reason is missing", "whoever looks at a silent journey wants to know why it is")
	case o.All == (len(o.Journeys)+len(o.Tags) > 0):
		return no("which journeys are meant is not clear", "name journeys or tags, or say that all are meant")
	case (o.For == "") == (o.Until == ""):
		return no("the end is missing", "want exactly one of for, such as 30m, and until")
	case o.For != "":
		d, err := document.ParseDuration(o.For)
		if err != nil || d <= 0 {
			return no(fmt.Sprintf("for is %q", o.For), "want a duration such as 30m")
		}
		w.Until = w.From.Add(d)
	default:
		if w.Until, err = time.Parse(time.RFC3339, o.Until); err != nil {
			return no(fmt.Sprintf("until is %q", o.Until), "want a time such as "+now.UTC().Format(time.RFC3339))
		}
	}
	w.From, w.Until = w.From.UTC(), w.Until.UTC()
	if !w.Until.After(now) || !w.Until.After(w.From) || w.Until.Sub(w.From) > mostMaintenance {
		return no("the window would end at "+w.Until.Format(time.RFC3339), "want an end to come, at most 30 days after the beginning")
	}
	return w, nil
}

func (s *site) maintenanceForm(r *http.Request) (string, error) {
	o := order{Mode: r.PostForm.Get("mode"), For: r.PostForm.Get("for"), Reason: r.PostForm.Get("reason"), By: r.PostForm.Get("by")}
	switch kind, name, _ := strings.Cut(r.PostForm.Get("what"), ":"); kind {
	case "journey":
		o.Journeys = []string{name}
	case "tag":
		o.Tags = []string{name}
	case "all":
		o.All = true
	}
	w, err := o.window(r, s.o.Now())
	if err == nil {
		_, err = s.o.Actions.StartMaintenance(r.Context(), w)
	}
	return s.link("maintenance"), err
}

func (s *site) maintenanceEndForm(r *http.Request) (string, error) {
	_, err := s.o.Actions.EndMaintenance(r.Context(), r.PathValue("id"), s.o.Now().UTC())
	return s.link("maintenance"), err
}

// apiWindow is an entry of GET /api/v1/maintenance.
type apiWindow struct {
	maintenance.Window
	Open bool `json:"open"`
}

func (s *site) apiMaintenance(*http.Request) (any, error) {
	all := []apiWindow{}
	if s.o.Actions != nil {
		for _, w := range s.o.Actions.Maintenance(s.o.Now()) {
			all = append(all, apiWindow{w, w.Covers(s.o.Now())})
		}
	}
	return map[string]any{"windows": all}, nil
}

func (s *site) apiStartMaintenance(r *http.Request) (any, error) {
	var o order
	if err := readJSON(r, &o); err != nil {
		return nil, err
	}
	w, err := o.window(r, s.o.Now())
	if err != nil {
		return nil, err
	}
	if w, err = s.o.Actions.StartMaintenance(r.Context(), w); err != nil {
		return nil, err
	}
	return apiWindow{w, w.Covers(s.o.Now())}, nil
}

func (s *site) apiEndMaintenance(r *http.Request) (any, error) {
	w, err := s.o.Actions.EndMaintenance(r.Context(), r.PathValue("id"), s.o.Now().UTC())
	if err != nil {
		return nil, err
	}
	return apiWindow{w, false}, nil
}
