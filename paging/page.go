package paging

import (
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"
)

// Page is one message about one incident change: the versioned JSON that the webhook sends, and what
// every other pager is made from. Its JSON Schema is docs/page.schema.json.
type Page struct {
	Version int `json:"version"`
	// Event is opened reminded acknowledged escalated closed test.
	Event string `json:"event"`
	// ID is unique to this page and stays the same over all its deliveries.
	ID         string    `json:"id"`
	CreatedAt  time.Time `json:"created_at"`
	DedupKey   string    `json:"dedup_key"`
	Deployment string    `json:"deployment"`
	// Summary is one line: what a customer cannot do, since when, where.
	Summary string `json:"summary"`
	// Journey is null for the monitor's own incidents.
	Journey   *Journey `json:"journey"`
	Incident  Incident `json:"incident"`
	Evidence  Evidence `json:"evidence"`
	Links     []Link   `json:"links"`
	Reproduce string   `json:"reproduce"`
	// Relay is null, unless this is a copy for a fallback pager of a page that another pager did not take.
	Relay *Relay `json:"relay"`
	// Notice is true in the page about the end of an incident whose start could not be delivered before it was over:
	// it is the only one that its receiver gets.
	Notice bool `json:"notice"`
	// Drill is true in all pages of an exercise: nothing is broken.
	Drill bool `json:"drill"`
}

// Journey is what a page says of its journey.
type Journey struct {
	Name    string   `json:"name"`
	Title   string   `json:"title"`
	Team    string   `json:"team"`
	Tags    []string `json:"tags"`
	Runbook string   `json:"runbook"`
}

// Incident is what a page says of its incident. Times are RFC 3339 in UTC; ClosedAt is null while open.
type Incident struct {
	ID        string     `json:"id"`
	Severity  string     `json:"severity"`
	Since     time.Time  `json:"since"`
	OpenedAt  time.Time  `json:"opened_at"`
	ClosedAt  *time.Time `json:"closed_at"`
	Locations []string   `json:"locations"`
	// Journeys are those that the monitor cannot judge, or those of a storm; empty in a journey's own incident.
	Journeys []string `json:"journeys"`
	// Team is set in a storm alone: many journeys of a team that broke at once.
	Team string `json:"team"`
	// Affected are the broken journeys that depend on this one; what broke after it has no page of its own.
	Affected []string `json:"affected"`
	// Deploys are what was released just before it, the likeliest cause first.
	Deploys []Deploy `json:"deploys"`
	// Degraded says that the journey works, but too slowly; Flapping is how often it has broken lately, if too often.
	Degraded bool `json:"degraded"`
	Flapping int  `json:"flapping"`
	// AcknowledgedAt is null as long as nobody has said that he looks after it. AcknowledgedBy may be empty.
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
	AcknowledgedBy string     `json:"acknowledged_by"`
	Reason         string     `json:"reason"`
	Step           string     `json:"step"`
	Message        string     `json:"message"`
	Expected       string     `json:"expected"`
	Got            string     `json:"got"`
	FailedRuns     int        `json:"failed_runs"`
	// Escalation is null, unless this page was sent because nobody acknowledged the incident in time.
	Escalation   *Escalation `json:"escalation"`
	LastPassedAt *time.Time  `json:"last_passed_at"`
}

// Escalation is why somebody hears of an incident of which others heard before.
type Escalation struct {
	// Rung is which step of the ladder was climbed, from 1; Unacknowledged is for how long nobody had said that he looks
	// after it.
	Rung           int     `json:"rung"`
	Unacknowledged float64 `json:"unacknowledged_seconds"`
	// Told are the pagers that had heard of it before.
	Told []string `json:"told"`
}

// Deploy is a release of a service. By and URL may be empty.
type Deploy struct {
	Service string    `json:"service"`
	Version string    `json:"version"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	URL     string    `json:"url"`
}

// Evidence points to what a person needs to believe the page.
type Evidence struct {
	RunID string `json:"run_id"`
	// TraceID is the run's trace in OpenTelemetry; empty if it left none.
	TraceID       string   `json:"trace_id"`
	ScreenshotURL string   `json:"screenshot_url"`
	PageURL       string   `json:"page_url"`
	Console       []string `json:"console"`
	Requests      []string `json:"requests"`
}

// Link is a place to look.
type Link struct {
	Title string `json:"title"`
	URL   string `json:"url"`
}

// Relay says for whom a copy was meant and why it did not get there.
type Relay struct {
	// Pager is the one that did not take the page, whose id was Page.
	Pager string `json:"pager"`
	Page  string `json:"page"`
	Cause string `json:"cause"`
}

// pageID makes an id from what the page is about, so that composing it again gives the same one. It has no
// dot: Standard Webhooks signs "id.timestamp.body".
func pageID(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "page_" + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:16]))
}

// relayed makes the copy, for the fallback pagers, of a page that its own pager did not take. Its dedup key is the
// incident's own. Without a cause the page did arrive, but what came before it had been relayed.
func (p Page) relayed(pager, cause string) Page {
	c := p
	c.ID = pageID("relay", p.ID, pager)
	c.Relay = &Relay{Pager: pager, Page: p.ID, Cause: cause}
	if cause == "" {
		c.Summary += " [for " + pager + "]"
	} else {
		c.Summary += " [not delivered to " + pager + ": " + Cut(OneLine(cause), maxLine) + "]"
	}
	return c
}

// asNotice makes a page about the end of an incident the only one about it.
func (p Page) asNotice() Page {
	if !p.Notice {
		p.Notice = true
		p.Summary += " [over before this pager could be told that it began]"
	}
	return p
}
