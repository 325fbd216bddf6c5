// Package meter measures what a page does at each step: its web vitals, its errors, its traffic with each host.
//
// It hears of everything and asks for nothing; what a document tells of itself late is put to the step that it belongs
// to. It is not safe for use by several goroutines: its page guards it. Its one rule: what was not told is not a number.
package meter

import (
	"cmp"
	"slices"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	// maxHosts bounds the hosts that a step's traffic is kept for; maxToldHosts those that are told.
	maxHosts     = 200
	maxToldHosts = 20
	// maxURL bounds the URL that numbers are told with.
	maxURL = 2000
)

// Span is what a step has measured, until the next one begins. A nil span counts nothing: what a page does before the
// first step is nobody's.
type Span struct {
	Step   string // its name, which is unique
	Begun  time.Time
	loaded *pageVitals // of the document that it loaded last
	inp    time.Duration
	errors int
	hosts  map[string]*probes.Traffic
}

// pageVitals are a document's vitals as far as it has told them.
type pageVitals struct {
	url   string
	world int64
	told  bool
	ttfb  time.Duration
	fcp   time.Duration
	lcp   time.Duration
	cls   float64
}

// Told is a document's report. Times are milliseconds since its navigation began.
type Told struct {
	Now    float64      `json:"now"`
	TTFB   float64      `json:"ttfb"`
	FCP    float64      `json:"fcp"`
	LCP    float64      `json:"lcp"`
	CLS    float64      `json:"cls"`
	Inputs [][2]float64 `json:"inputs"`
}

// Book holds the spans of a page. The zero value is ready for use.
type Book struct {
	spans    []*Span
	document *pageVitals // of the page as it is
}

// Begin begins to measure a step. Another try of the same step goes on with its span.
func (b *Book) Begin(step string) {
	if n := len(b.spans); n > 0 && b.spans[n-1].Step == step {
		return
	}
	b.spans = append(b.spans, &Span{Step: step, Begun: time.Now(), hosts: map[string]*probes.Traffic{}})
}

// Current is the span of the latest step, or nil.
func (b *Book) Current() *Span {
	if n := len(b.spans); n > 0 {
		return b.spans[n-1]
	}
	return nil
}

// Spans are those of all steps, in their order.
func (b *Book) Spans() []*Span { return b.spans }

// Failed counts an exception that the page did not catch.
func (b *Book) Failed() {
	if s := b.Current(); s != nil {
		s.errors++
	}
}

// Count adds to the traffic with a URL's host.
func (s *Span) Count(url string, more probes.Traffic) {
	if s == nil {
		return
	}
	host := address.Host(url)
	known := s.hosts[host]
	if known == nil {
		if len(s.hosts) >= maxHosts {
			host = ""
		}
		known = s.hosts[host]
	}
	if known == nil {
		known = &probes.Traffic{}
		s.hosts[host] = known
	}
	known.Add(more)
}

// DocumentCame notes a new document of the page.
func (b *Book) DocumentCame(url string) {
	b.document = nil
	if s := b.Current(); s != nil && url != "about:blank" {
		s.loaded = &pageVitals{url: url}
		b.document = s.loaded
	}
}

// Measures reports whether there is a document whose vitals are wanted.
func (b *Book) Measures() bool { return b.document != nil }

// WorldOfDocument notes by which execution context the page's document reports.
func (b *Book) WorldOfDocument(id int64) {
	if b.document != nil {
		b.document.world = id
	}
}

// Heed takes over the report of the document with that execution context.
func (b *Book) Heed(world int64, v Told) {
	now := time.Now()
	for i := len(b.spans) - 1; i >= 0; i-- {
		if p := b.spans[i].loaded; p != nil && p.world == world {
			p.told = true
			p.ttfb, p.fcp, p.lcp, p.cls = millis(v.TTFB), millis(v.FCP), millis(v.LCP), v.CLS
			break
		}
	}
	for _, input := range v.Inputs {
		at := now.Add(-millis(v.Now - input[0]))
		for i := len(b.spans) - 1; i >= 0; i-- {
			if s := b.spans[i]; !s.Begun.After(at) || i == 0 {
				s.inp = max(s.inp, millis(input[1]))
				break
			}
		}
	}
}

func millis(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond)).Round(100 * time.Microsecond)
}

// Together adds what a step measured in another tab. The vitals are those of the first document. Either may be nil.
func Together(one, other *probes.PageNumbers) *probes.PageNumbers {
	if one == nil {
		return other
	}
	if other == nil {
		return one
	}
	if one.URL == "" {
		one.URL, one.TTFB, one.FCP, one.LCP, one.CLS = other.URL, other.TTFB, other.FCP, other.LCP, other.CLS
	}
	one.INP = max(one.INP, other.INP)
	one.Errors += other.Errors
	one.Own.Add(other.Own)
	one.ThirdParty.Add(other.ThirdParty)
	for _, h := range other.Hosts {
		i := slices.IndexFunc(one.Hosts, func(known probes.HostTraffic) bool { return known.Host == h.Host })
		if i >= 0 {
			one.Hosts[i].Add(h.Traffic)
		} else if len(one.Hosts) < maxToldHosts {
			one.Hosts = append(one.Hosts, h)
		}
	}
	return one
}

// Numbers are what a span measured, or nil if that is nothing. ours tells the journey's own hosts from third parties.
func (s *Span) Numbers(ours func(host string) bool) *probes.PageNumbers {
	if s == nil || s.loaded == nil && len(s.hosts) == 0 && s.inp == 0 && s.errors == 0 {
		return nil
	}
	n := &probes.PageNumbers{INP: s.inp, Errors: s.errors}
	if p := s.loaded; p != nil {
		n.URL = redact.Cut(p.url, maxURL)
		if p.told {
			n.TTFB, n.FCP, n.LCP, n.CLS = p.ttfb, p.fcp, p.lcp, &p.cls
		}
	}
	for host, traffic := range s.hosts {
		third := !ours(host)
		if third {
			n.ThirdParty.Add(*traffic)
		} else {
			n.Own.Add(*traffic)
		}
		if host != "" {
			n.Hosts = append(n.Hosts, probes.HostTraffic{Host: host, ThirdParty: third, Traffic: *traffic})
		}
	}
	slices.SortFunc(n.Hosts, func(a, b probes.HostTraffic) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Host, b.Host))
	})
	n.Hosts = n.Hosts[:min(len(n.Hosts), maxToldHosts)]
	return n
}
