package paging

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Bounds of what a page carries: enough to act on, little enough for every pager and for a telephone.
const (
	maxSummary  = 500
	maxMessage  = 1000
	maxShort    = 500
	maxLine     = 300
	maxConsole  = 8
	maxRequests = 8
	maxNames    = 50
)

// Composer makes pages. It is pure: the same change makes the same page, with the same id.
type Composer struct {
	Deployment string
	// ExternalURL is where people reach the monitor's own pages; empty: pages carry no links to it.
	ExternalURL string
	// ConfigFile is the monitor's file, for the command that reproduces a failure. May be empty.
	ConfigFile string
	// Environment is the one that was chosen, for the same command. May be empty.
	Environment string
	// TraceURL is where people look at a trace, by its id; nil, or an empty answer: pages carry no link to it.
	TraceURL func(id string) string
}

// Journey composes the page about a journey's incident. r is the run that brought the change about; it may be
// the zero Result if none did.
func (c Composer) Journey(j *journeys.Journey, e incidents.Event, r probes.Result) Page {
	c = c.under(e.Incident)
	p := c.page(e, r)
	p.DedupKey = c.dedupKey(j.Name)
	p.Journey = &Journey{Name: j.Name, Title: j.Title, Team: j.Team, Tags: list(j.Tags), Runbook: j.Runbook}
	p.Summary = Cut(OneLine(summary(human(j.Name), e)), maxSummary)
	p.Reproduce = c.reproduce(j)
	if e.Incident.Drill {
		p.exercise(c.dedupKey("monitor/drill/" + e.Incident.ID))
	}
	if j.Runbook != "" {
		p.Links = append(p.Links, Link{Title: "Runbook", URL: j.Runbook})
	}
	return p
}

// exercise marks a page as one of a drill. There is no such incident and no such run to look at, and its key is not that of
// the journey, which may well be broken.
func (p *Page) exercise(key string) {
	p.Drill, p.DedupKey, p.Links = true, key, []Link{}
	p.Summary = Cut("DRILL, nothing is broken: "+p.Summary, maxSummary)
}

// Retired composes the page about the incident of a journey that is no longer watched, and of which nothing
// but the incident is known any more.
func (c Composer) Retired(e incidents.Event, team string) Page {
	return c.Journey(&journeys.Journey{Name: e.Incident.Subject, Team: team}, e, probes.Result{})
}

// Monitor composes the page about the monitor's own incident.
func (c Composer) Monitor(e incidents.Event, r probes.Result) Page {
	c = c.under(e.Incident)
	p := c.page(e, r)
	p.DedupKey = c.dedupKey("")
	p.Summary = Cut(OneLine(monitorSummary(c.Deployment, e)), maxSummary)
	return p
}

// Store composes the page that says that runs cannot be stored, or that they can again. Its key is neither that of the
// monitor's own incident, which must not be closed with it, nor that of a journey, which may well be called store.
func (c Composer) Store(e incidents.Event) Page {
	p := c.page(e, probes.Result{})
	p.DedupKey = c.dedupKey("monitor/store")
	p.Summary = Cut(OneLine(storeSummary(c.Deployment, e)), maxSummary)
	return p
}

// Part composes the page that says that a part of the monitor which judges no journey is in trouble, or no longer: cloudwatch
// or alarms. There is no page of the site about it.
func (c Composer) Part(part string, e incidents.Event) Page {
	p := c.page(e, probes.Result{})
	p.DedupKey = c.dedupKey("monitor/" + part)
	p.Links = []Link{}
	p.Summary = Cut(OneLine(partSummary(c.Deployment, part, e)), maxSummary)
	return p
}

// Storm composes the page about many journeys of one team that broke at once.
func (c Composer) Storm(e incidents.Event) Page {
	c = c.under(e.Incident)
	p := c.page(e, probes.Result{})
	p.DedupKey = c.stormKey(e.Incident.Team)
	p.Summary = Cut(OneLine(stormSummary(e)), maxSummary)
	return p
}

// Test composes a page that says that it is only a test. id makes it unique, and its dedup key: a second test that joined
// the incident of a first one would wake nobody.
func (c Composer) Test(pager, id string, at time.Time) Page {
	p := c.page(incidents.Event{At: at, Incident: incidents.Incident{ID: "test_" + id, Severity: "info", Since: at, OpenedAt: at}}, probes.Result{})
	p.Event, p.ID, p.Links = "test", pageID("test", pager, id), []Link{} // there is no such incident to look at
	p.DedupKey = c.dedupKey("monitor/test/" + id)
	p.Summary = "Test page from Outrider (" + c.Deployment + ") to " + pager + ": nothing is broken"
	return p
}

// Key is the dedup key of an incident's pages, as PagerDuty knows it: shortened if it is long.
func (c Composer) Key(i incidents.Incident) string {
	c = c.under(i)
	if i.Team != "" {
		return ShortKey(c.stormKey(i.Team))
	}
	return ShortKey(c.dedupKey(i.Subject))
}

// under is the composer of the deployment under whose key the incident was told first: the monitor may have another name
// since, and nobody would know the other key.
func (c Composer) under(i incidents.Incident) Composer {
	if i.Deployment != "" {
		c.Deployment = i.Deployment
	}
	return c
}

// stormKey cannot be that of a journey, whose name has no slash.
func (c Composer) stormKey(team string) string { return c.dedupKey("storm/" + team) }

// dedupKey joins the pages of one incident at the pager. The monitor's own key is the shorter one: no journey
// has an empty name.
func (c Composer) dedupKey(journey string) string {
	return strings.TrimSuffix("outrider/"+c.Deployment+"/"+journey, "/")
}

// page fills in what all pages have.
func (c Composer) page(e incidents.Event, r probes.Result) Page {
	about := []string{e.Incident.ID, string(e.Kind), e.RunID}
	if e.Kind == incidents.Reminded || e.Kind == incidents.Acknowledged {
		// These come again without another run: a storm's run is the one with which its last journey broke.
		about = append(about, e.At.UTC().Format(time.RFC3339Nano))
	}
	if e.Rung > 0 { // each rung is climbed once, whenever that is
		about = []string{e.Incident.ID, string(e.Kind), "rung", strconv.Itoa(e.Rung)}
	}
	p := Page{
		Version: 1, Event: string(e.Kind), ID: pageID(about...), CreatedAt: e.At.UTC(),
		Deployment: c.Deployment, Incident: describe(&e.Incident), Links: []Link{},
	}
	p.Evidence = c.evidence(e, &r)
	if e.Rung > 0 && e.Rung <= len(e.Incident.Escalations) {
		up := e.Incident.Escalations[e.Rung-1]
		told := slices.DeleteFunc(slices.Clone(e.Incident.Pagers), func(name string) bool { return slices.Contains(up.Pagers, name) })
		p.Incident.Escalation = &Escalation{Rung: e.Rung, Unacknowledged: up.Waited().Seconds(), Told: list(told)}
	}
	for _, l := range []Link{
		{"Incident", c.url("incidents", e.Incident.ID)},
		{"Run", c.url("runs", p.Evidence.RunID)},
		{"Screenshot", p.Evidence.ScreenshotURL},
		{"Trace", c.traceURL(p.Evidence.TraceID)},
	} {
		if l.URL != "" {
			p.Links = append(p.Links, l)
		}
	}
	return p
}

// describe says of the incident what its last failed run showed.
func describe(i *incidents.Incident) Incident {
	d := Incident{
		ID: i.ID, Severity: i.Severity, Since: i.Since.UTC(), OpenedAt: i.OpenedAt.UTC(), ClosedAt: some(i.ClosedAt),
		Locations: list(i.Locations), Journeys: list(i.Journeys), Step: Cut(i.Step, maxShort), FailedRuns: i.FailedRuns,
		LastPassedAt: some(i.LastPassedAt), Degraded: i.Degraded, Flapping: i.Flapping, Affected: list(i.Affected), Team: i.Team,
	}
	d.Deploys = []Deploy{}
	for _, one := range i.Deploys {
		d.Deploys = append(d.Deploys, Deploy{Service: one.Service, Version: one.Version, At: one.At.UTC(), By: one.By, URL: one.URL})
	}
	if a := i.Acknowledged; a != nil {
		d.AcknowledgedAt, d.AcknowledgedBy = some(a.At), a.By
	}
	if i.Team != "" {
		d.Affected = []string{} // all are in Journeys
	}
	if d.Severity == "" {
		d.Severity = "critical"
	}
	if f := i.Failure; f != nil {
		d.Reason, d.Message = string(f.Reason), Cut(f.Message, maxMessage)
		d.Expected, d.Got = Cut(f.Expected, maxShort), Cut(f.Got, maxShort)
	}
	return d
}

// evidence is that of the run that brought the change about, if it failed; a page about the end of an incident
// only names the run.
func (c Composer) evidence(e incidents.Event, r *probes.Result) Evidence {
	out := Evidence{RunID: r.RunID, TraceID: r.TraceID, Console: []string{}, Requests: []string{}}
	if out.RunID == "" {
		out.RunID, out.TraceID = e.Incident.RunID, e.Incident.TraceID
	}
	last := r.Last()
	if e.Kind == incidents.Closed || last == nil || last.Evidence == nil {
		return out
	}
	ev := last.Evidence
	out.PageURL = Cut(ev.PageURL, maxMessage)
	if ev.Screenshot != "" {
		out.ScreenshotURL = c.url("runs", r.RunID, "artifacts", ev.Screenshot)
	}
	out.Console = consoleLines(ev.Console)
	out.Requests = requestLines(ev.Requests)
	return out
}

// reproduce is the command that shows the failure on a person's own terminal.
func (c Composer) reproduce(j *journeys.Journey) string {
	if j.File == "" {
		return ""
	}
	words := []string{"outrider", "run", quote(j.File)}
	if c.ConfigFile != "" {
		words = append(words, "--config", quote(c.ConfigFile))
	}
	if c.Environment != "" {
		words = append(words, "--env", quote(c.Environment))
	}
	return strings.Join(words, " ")
}

// url is a page of the monitor's own, or nothing without an external URL or without the last part.
func (c Composer) url(parts ...string) string {
	if c.ExternalURL == "" || parts[len(parts)-1] == "" {
		return ""
	}
	base, err := url.Parse(c.ExternalURL)
	if err != nil {
		return ""
	}
	for n, p := range parts {
		parts[n] = url.PathEscape(p)
	}
	return base.JoinPath(parts...).String()
}

func (c Composer) traceURL(id string) string {
	if c.TraceURL == nil || id == "" {
		return ""
	}
	return c.TraceURL(id)
}

// list is never null, sorted as given, bounded.
func list(names []string) []string {
	if len(names) > maxNames {
		names = names[:maxNames]
	}
	return append([]string{}, slices.Clone(names)...)
}

func some(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}
