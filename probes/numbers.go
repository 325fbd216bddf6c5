package probes

import (
	"context"
	"time"
)

// PageNumbers are what a browser step measured, from its beginning to that of the next step. A zero vital was not
// measured.
type PageNumbers struct {
	// URL is the document that the step loaded, the last one if there were several; empty if it loaded none. The
	// vitals are this document's.
	URL string `json:"url,omitempty"`
	// TTFB, FCP and LCP count from the start of the navigation, as the browser reports them.
	TTFB time.Duration `json:"ttfb,omitempty"`
	FCP  time.Duration `json:"fcp,omitempty"`
	LCP  time.Duration `json:"lcp,omitempty"`
	// INP is the slowest answer to an input on the page that the step acted on.
	INP time.Duration `json:"inp,omitempty"`
	// CLS is the worst burst of layout shifts; nil if the step loaded no page.
	CLS *float64 `json:"cls,omitempty"`
	// Own and ThirdParty are what went over the network. A host is the journey's own if it belongs to the site of
	// one of the journey's URLs, or if the journey says so.
	Own        Traffic `json:"own"`
	ThirdParty Traffic `json:"third_party"`
	// Hosts are those with the most bytes, at most 20.
	Hosts []HostTraffic `json:"hosts,omitempty"`
	// Errors is how many exceptions the page's scripts did not catch.
	Errors int `json:"errors,omitempty"`
}

// Traffic is what went over the network.
type Traffic struct {
	Requests int   `json:"requests"`
	Bytes    int64 `json:"bytes"`
	// Failed requests got no answer, or one of 400 and more.
	Failed int `json:"failed,omitempty"`
}

// Add counts more.
func (t *Traffic) Add(more Traffic) {
	t.Requests += more.Requests
	t.Bytes += more.Bytes
	t.Failed += more.Failed
}

// HostTraffic is the traffic with one host.
type HostTraffic struct {
	Host       string `json:"host"`
	ThirdParty bool   `json:"third_party,omitempty"`
	Traffic
}

// Meter is a [Session] that measures pages.
type Meter interface {
	// Settled waits, a bounded time within ctx, until the page has stood still for a moment, and gives what the
	// step that Do performed last has measured so far.
	Settled(ctx context.Context) *PageNumbers
	// Numbers gives what all steps measured that Do has performed, by the names of the steps.
	Numbers(ctx context.Context) map[string]*PageNumbers
}
