package paging

import "time"

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
	ID           string     `json:"id"`
	Severity     string     `json:"severity"`
	Since        time.Time  `json:"since"`
	OpenedAt     time.Time  `json:"opened_at"`
	ClosedAt     *time.Time `json:"closed_at"`
	Locations    []string   `json:"locations"`
	Reason       string     `json:"reason"`
	Step         string     `json:"step"`
	Message      string     `json:"message"`
	Expected     string     `json:"expected"`
	Got          string     `json:"got"`
	FailedRuns   int        `json:"failed_runs"`
	LastPassedAt *time.Time `json:"last_passed_at"`
}

// Evidence points to what a person needs to believe the page.
type Evidence struct {
	RunID         string   `json:"run_id"`
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
