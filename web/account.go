package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/incidents"
)

// account is an incident as people are told of it.
type account struct {
	incidents.Incident
	// Open tells whether it goes on. Own tells that it is about the monitor, not about a journey.
	Open, Own bool
	// Sentence is the headline: Checkout is broken.
	Sentence string
	// Headline says at which step, if that is known: Checkout fails at “Place the order”.
	Headline string
	look
	Href, RunHref string
	// JourneyHref is empty in the monitor's own incident and in a storm.
	JourneyHref string
	// Shot is the address of the picture of the last failed run; empty if there is none. ShotAlt describes it.
	Shot, ShotAlt string
	Runbook       string
	// Lasted is how long it was open, or has been.
	Lasted string
}

// describe tells an incident; with its picture if asked for, which takes a look at the run.
func (s *site) describe(ctx context.Context, i *incidents.Incident, watched Watched, picture bool) account {
	a := account{Incident: *i, Open: i.ClosedAt.IsZero(), Own: i.Subject == "" && i.Team == "", Href: s.link("incidents", i.ID)}
	end := i.ClosedAt
	if a.Open {
		end = s.o.Now()
	}
	a.Lasted = span(end.Sub(i.Since))
	a.Sentence = whole(&a)
	a.Headline = a.Sentence
	if a.Open && !a.Own && !i.Degraded && i.Subject != "" && i.Step != "" {
		a.Headline = human(i.Subject) + " fails at “" + i.Step + "”"
	}
	switch {
	case !a.Open:
		a.look = look{Kind: none, Word: "Closed"}
	case a.Own:
		a.look = look{Kind: unsure, Word: "Open"}
	case a.Degraded:
		a.look = look{Kind: slow, Word: "Open"}
	default:
		a.look = look{Kind: bad, Word: "Open"}
	}
	if i.RunID != "" {
		a.RunHref = s.link("runs", i.RunID)
	}
	if i.Subject != "" {
		a.JourneyHref = s.link("journeys", i.Subject)
	}
	if n := indexOf(watched.Journeys, i.Subject); n >= 0 {
		a.Runbook = watched.Journeys[n].Runbook
	}
	if picture && i.RunID != "" {
		a.Shot, a.ShotAlt = s.picture(ctx, i.RunID)
	}
	return a
}

// LastRunWords names the link to the last run that speaks for the incident.
func (a account) LastRunWords() string {
	if a.Own {
		return "The last run that could not be judged"
	}
	return "The last failed run"
}

func whole(a *account) string {
	switch {
	case a.Own && a.Open:
		return "Outrider cannot judge " + list(humans(a.Journeys), 5)
	case a.Own:
		return "Outrider could not judge " + list(humans(a.Journeys), 5)
	case a.Team != "" && a.Open:
		return fmt.Sprintf("%s of %s broke at once", count(len(a.Journeys), "journey"), a.Team)
	case a.Team != "":
		return fmt.Sprintf("%s of %s were broken at once, for %s", count(len(a.Journeys), "journey"), a.Team, a.Lasted)
	case a.Open && a.Degraded:
		return human(a.Subject) + " is too slow"
	case a.Open:
		return human(a.Subject) + " is broken"
	case a.Degraded:
		return fmt.Sprintf("%s was too slow for %s", human(a.Subject), a.Lasted)
	}
	return fmt.Sprintf("%s was broken for %s", human(a.Subject), a.Lasted)
}

// HoldWords says why nobody was told of it at once; empty if everybody was.
func (a account) HoldWords() string {
	h := a.Hold
	if h == nil || a.Team != "" {
		return ""
	}
	why := map[incidents.HoldCause]string{
		incidents.HeldByDependency:  human(h.By) + " was broken, which explains it",
		incidents.HeldByDoubt:       human(h.By) + " had failed too, and its next run might have explained it",
		incidents.HeldByMaintenance: "it was in maintenance",
		incidents.HeldByStorm:       "so many journeys broke at once that one page tells of all",
	}[h.Cause]
	switch {
	case !h.EndedAt.IsZero():
		return "Its page was held for " + span(h.EndedAt.Sub(h.Since)) + ": " + why + "."
	case !a.Open:
		return "Nobody was paged: " + why + "."
	}
	return "Nobody has been paged: " + strings.NewReplacer(" was ", " is ", "had failed", "has failed", "might have explained", "may explain", "broke", "broke").Replace(why) + "."
}

// FlappingWords says that it keeps coming back; empty if it does not.
func (a account) FlappingWords() string {
	if a.Flapping == 0 {
		return ""
	}
	if a.Open {
		return fmt.Sprintf("It keeps breaking, %s in a short time: the incident stays open until it has worked for a while.", count(a.Flapping, "time"))
	}
	return fmt.Sprintf("It kept breaking, %s in a short time.", count(a.Flapping, "time"))
}

// AffectedWords names the broken journeys that depend on it.
func (a account) AffectedWords() string {
	if len(a.Affected) == 0 || a.Team != "" {
		return ""
	}
	return "So " + verb(len(a.Affected), "is", "are") + " " + list(humans(a.Affected), 5) + ", which " + verb(len(a.Affected), "depends", "depend") + " on it."
}

// picture finds the screenshot of a run. A run that cannot be read has none.
func (s *site) picture(ctx context.Context, runID string) (address, alt string) {
	r, err := s.o.Store.Run(ctx, runID)
	if err != nil {
		return "", ""
	}
	last := r.Last()
	if last == nil || last.Evidence == nil || last.Evidence.Screenshot == "" {
		return "", ""
	}
	return s.link("runs", runID, "artifacts", last.Evidence.Screenshot), shotAlt(last.Evidence.PageTitle, r.Step)
}

// shotAlt says what a screenshot shows to those who cannot see it.
func shotAlt(title, step string) string {
	alt := "What the customer saw"
	if step != "" {
		alt += " when the step “" + step + "” failed"
	}
	if title != "" {
		alt += ": a page titled “" + title + "”"
	}
	return alt
}

func indexOf(all []Journey, name string) int {
	return slices.IndexFunc(all, func(j Journey) bool { return j.Name == name })
}

func humans(names []string) []string {
	out := make([]string, len(names))
	for n, name := range names {
		out[n] = human(name)
	}
	if len(out) == 0 {
		return []string{"its journeys"}
	}
	return out
}
