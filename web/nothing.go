package web

import (
	"net/http"
	"strings"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// nothingData is a page about something that is not there, or cannot be shown.
type nothingData struct {
	Heading string
	Text    []string
	Links   []place
}

type place struct{ Title, Href string }

// nothing answers for addresses that mean nothing.
func (s *site) nothing(*http.Request) (view, error) { return view{}, history.ErrNotFound }

// missing says what is not there, why that may be, and where to look instead.
func (s *site) missing(r *http.Request) view {
	d := nothingData{Heading: "There is no such page", Links: []place{{"All journeys", s.link() + "/"}, {"All incidents", s.link("incidents")}}}
	parts := strings.Split(strings.Trim(strings.TrimPrefix(r.URL.Path, s.prefix), "/"), "/")
	switch {
	case len(parts) == 4 && parts[0] == "runs" && parts[2] == "artifacts":
		d.Heading = "This file is not kept"
		d.Text = []string{"The run left no file of this name, or it was cleared away: pictures are kept for a shorter time than what is known about a run."}
		d.Links = append([]place{{"The run", s.link("runs", parts[1])}}, d.Links...)
	case len(parts) == 2 && parts[0] == "runs":
		d.Heading = "There is no such run"
		d.Text = []string{"It is not known here, or it is so old that it is not kept any more. Of each journey the newest runs are kept, and every run that an open incident stands on."}
	case len(parts) == 2 && parts[0] == "incidents":
		d.Heading, d.Text = missingIncident(parts[1])
	case len(parts) == 2 && parts[0] == "journeys":
		d.Heading = "There is no journey called “" + parts[1] + "”"
		d.Text = []string{"It is not in the configuration, and no run of it is kept."}
		d.Links = append(s.nearest(parts[1]), d.Links...)
	}
	return view{Template: "nothing", Status: http.StatusNotFound, Title: d.Heading, Mood: none, Data: d}
}

// missingIncident knows those that pages link to although they are never stored.
func missingIncident(id string) (heading string, text []string) {
	switch {
	case strings.HasPrefix(id, "test_"):
		return "That was only a test", []string{"The page that brought you here was sent to see whether it arrives. It did. Nothing is broken."}
	case strings.HasPrefix(id, "store_"):
		return "This incident could not be written down", []string{
			"It was about the store itself: while the disk refused to be written, nothing could be kept, this incident included. The page that you were sent, and the monitor's log, say what there is to know."}
	}
	return "There is no such incident", []string{"It is not known here, or it ended so long ago that it is not kept any more."}
}

// nearest suggests the journey that was probably meant.
func (s *site) nearest(name string) []place {
	all := s.o.Watched().Journeys
	names := make([]string, len(all))
	for n := range all {
		names[n] = all[n].Name
	}
	meant := document.Suggest(name, names)
	if n := indexOf(all, meant); n >= 0 {
		return []place{{"Did you mean “" + meant + "”?", s.link("journeys", meant)}}
	}
	return nil
}

// trouble is shown when the store cannot be read.
func trouble() view {
	return view{Template: "nothing", Status: http.StatusInternalServerError, Title: "This page cannot be shown", Mood: unsure, Data: nothingData{
		Heading: "This page cannot be shown",
		Text:    []string{"What it needs could not be read from the history. The monitor's log says why. Journeys may well go on running; what they find is told by pages as ever."},
	}}
}
