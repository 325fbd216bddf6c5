package monitor

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// Team says who is told about the journeys of a team: the first of Routes that takes the incident, or Pagers.
type Team struct {
	Pagers []string
	// Escalate are the rungs of its ladder, the first one first.
	Escalate []incidents.Rung
	Routes   []Route
}

// Route sends some of a team's incidents elsewhere.
type Route struct {
	// Tags and Severities are which: those of journeys with one of the tags, and with one of the severities. None: all.
	Tags, Severities []string
	Pagers           []string
	// Escalate is its own ladder; nil: the team's.
	Escalate []incidents.Rung
}

// Pages gives who hears of an incident of a journey with a severity, and the ladder if nobody acknowledges it.
func (c *Config) Pages(j *journeys.Journey, severity string) (pagers []string, ladder []incidents.Rung) {
	team := c.Teams[j.Team]
	t := task{pagers: team.Pagers, ladder: team.Escalate, routes: team.of(j)}
	return t.route(severity)
}

// of are the routes that a journey's tags may take.
func (t Team) of(j *journeys.Journey) []Route {
	var taken []Route
	for _, r := range t.Routes {
		if len(r.Tags) == 0 || slices.ContainsFunc(r.Tags, func(tag string) bool { return slices.Contains(j.Tags, tag) }) {
			taken = append(taken, r)
		}
	}
	return taken
}

// tagPlace is where a route asks for a tag.
type tagPlace struct {
	team string
	at   *document.Node
}

// readTeams reads `teams:` and gives the tags that its routes ask for: which there are, is not known yet.
func (c *Config) readTeams(r *document.Reader, m *document.Map) (tags []tagPlace) {
	c.Teams = map[string]Team{}
	for _, e := range m.Map("teams").Entries() {
		t := r.Map(e.Value)
		if !t.Has("routes") {
			t.Need("pagers")
		}
		team := Team{Pagers: c.pagerNames(r, t.Get("pagers")), Escalate: c.readLadder(r, t.Get("escalate"))}
		if n := t.Get("pagers"); n != nil && n.Kind == document.List && len(n.Items) == 0 {
			r.Problem(n, fmt.Sprintf("team %q has no pager", e.Key), "name at least one: nobody would hear of its journeys")
		}
		for _, n := range t.List("routes") {
			route := c.readRoute(r, n, team.Routes)
			team.Routes = append(team.Routes, route)
			for _, tag := range items(r.Map(n).Get("tags")) {
				tags = append(tags, tagPlace{e.Key, tag})
			}
		}
		t.Done()
		c.Teams[e.Key] = team
	}
	return tags
}

// readRoute reads a route that stands below others.
func (c *Config) readRoute(r *document.Reader, n *document.Node, above []Route) Route {
	m := r.Map(n)
	m.Need("pagers")
	route := Route{Tags: m.Texts("tags"), Pagers: c.pagerNames(r, m.Get("pagers"))}
	for _, one := range items(m.Get("severity")) {
		if word, ok := r.Enum(one, journeys.Severities()...); ok {
			route.Severities = append(route.Severities, word)
		}
	}
	if m.Has("escalate") {
		route.Escalate = append([]incidents.Rung{}, c.readLadder(r, m.Get("escalate"))...)
	}
	m.Done()
	if n.Kind != document.Mapping {
		return route
	}
	if p := m.Get("pagers"); p != nil && p.Kind == document.List && len(p.Items) == 0 {
		r.Problem(p, "the route has no pager", "name at least one: nobody would hear of what takes it")
	}
	if !m.Has("tags") && !m.Has("severity") {
		r.Problem(n, "this route takes everything", "say which with tags or severity, or write its pagers as those of the team")
	}
	if at := slices.IndexFunc(above, func(a Route) bool { return covers(a.Tags, route.Tags) && covers(a.Severities, route.Severities) }); at >= 0 {
		r.Problem(n, fmt.Sprintf("nothing can take this route: routes[%d] takes all of it before", at), "the first route that fits is taken: write the narrower one first")
	}
	return route
}

// covers reports whether what a list of choices takes includes all that another one takes; an empty one takes all.
func covers(wide, narrow []string) bool {
	return len(wide) == 0 || len(narrow) > 0 && !slices.ContainsFunc(narrow, func(s string) bool { return !slices.Contains(wide, s) })
}

// readLadder reads `escalate:`.
func (c *Config) readLadder(r *document.Reader, n *document.Node) []incidents.Rung {
	if n == nil {
		return nil
	}
	var ladder []incidents.Rung
	rungs, _ := r.List(n)
	for _, one := range rungs {
		m := r.Map(one)
		m.Need("after", "pagers")
		rung := incidents.Rung{After: m.Duration("after"), Pagers: c.pagerNames(r, m.Get("pagers"))}
		m.Done()
		var before time.Duration
		if len(ladder) > 0 {
			before = ladder[len(ladder)-1].After
		}
		switch after, pagers := m.Get("after"), m.Get("pagers"); {
		case after != nil && after.Kind == document.Text && rung.After <= before:
			hint := "such as 10m"
			if before > 0 {
				hint = fmt.Sprintf("all times count from the page: the rung before is climbed after %s", short(before))
			}
			r.Problem(after, "want a later time than that of the rung before", hint)
		case pagers != nil && pagers.Kind == document.List && len(pagers.Items) == 0:
			r.Problem(pagers, "the rung has no pager", "name at least one")
		}
		ladder = append(ladder, rung)
	}
	return ladder
}

// short is a duration as people write it: 10m rather than 10m0s.
func short(d time.Duration) string {
	text := d.String()
	for _, unit := range []string{"m", "h"} {
		text = strings.Replace(text, unit+"0s", unit, 1)
		text = strings.Replace(text, unit+"0m", unit, 1)
	}
	return text
}

// checkReach refuses a journey with incidents of which nobody would hear.
func (c *Config) checkReach(r *document.Reader, j *journeys.Journey, team Team) {
	if len(team.Pagers) > 0 || len(team.Routes) == 0 {
		return // without both, the team itself is the problem
	}
	policy := c.Policy(j)
	severities := []string{policy.Severity}
	for _, h := range policy.Hours {
		severities = append(severities, h.Severity)
	}
	if policy.Degraded.Count > 0 || policy.Degraded.For > 0 {
		severities = append(severities, policy.DegradedSeverity.Otherwise)
		for _, h := range policy.DegradedSeverity.Hours {
			severities = append(severities, h.Severity)
		}
	}
	slices.Sort(severities)
	for _, s := range slices.Compact(severities) {
		if pagers, _ := c.Pages(j, s); len(pagers) == 0 && s != "" {
			r.ProblemAt(teamPos(j), "team", fmt.Sprintf("nobody hears of journey %q when it is %s: no route of team %q takes it", j.Name, s, j.Team),
				"give the team pagers: they hear of what no route takes")
		}
	}
}

// unusedTag names the warning about a route that no journey takes.
const unusedTag = "unused-route-tag"

// doubtTags warns of tags that no journey of the team has: what they were meant for goes another way.
func (c *Config) doubtTags(r *document.Reader, tags []tagPlace) {
	for _, t := range tags {
		var known []string
		for n := range c.Journeys {
			if c.Journeys[n].Team == t.team {
				known = append(known, c.Journeys[n].Tags...)
			}
		}
		if t.at.Kind == document.Text && !slices.Contains(known, t.at.Value) {
			r.Warn(unusedTag, t.at, fmt.Sprintf("no journey of team %q has the tag %q: nothing takes this way", t.team, t.at.Value), document.DidYouMean(t.at.Value, known))
		}
	}
}
