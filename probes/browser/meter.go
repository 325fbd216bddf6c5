package browser

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes"
)

const (
	// teller is the function by which a document reports its vitals.
	teller = "outriderTell"
	// stillTime is how long nothing may have come over the network before a page is taken to stand still, and
	// settleTime how long that is waited for.
	stillTime  = 500 * time.Millisecond
	settleTime = 5 * time.Second
	// maxHosts bounds the hosts that a step's traffic is kept for; maxToldHosts those that are told.
	maxHosts     = 200
	maxToldHosts = 20
)

// span is what a step has measured, until the next one begins.
type span struct {
	step   string // its name, which is unique
	begun  time.Time
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

// vitalsTold is a document's report. Times are milliseconds since its navigation began.
type vitalsTold struct {
	Now    float64      `json:"now"`
	TTFB   float64      `json:"ttfb"`
	FCP    float64      `json:"fcp"`
	LCP    float64      `json:"lcp"`
	CLS    float64      `json:"cls"`
	Inputs [][2]float64 `json:"inputs"`
}

type bindingEvent struct {
	Name    string `json:"name"`
	Payload string `json:"payload"`
	Context int64  `json:"executionContextId"`
}

// beginSpan begins to measure a step. Another try of the same step goes on with its span.
func (t *tab) beginSpan(step string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.spans); n > 0 && t.spans[n-1].step == step {
		return
	}
	t.spans = append(t.spans, &span{step: step, begun: time.Now(), hosts: map[string]*probes.Traffic{}})
}

// currentSpan is the span of the latest step, or nil. t.mu is held.
func (t *tab) currentSpan() *span {
	if n := len(t.spans); n > 0 {
		return t.spans[n-1]
	}
	return nil
}

// count adds to the traffic with a URL's host.
func (s *span) count(url string, more probes.Traffic) {
	if s == nil {
		return
	}
	host := hostOf(url)
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

// documentCame notes a new document of the page. t.mu is held.
func (t *tab) documentCame(url string) {
	t.document = nil
	if s := t.currentSpan(); s != nil && url != "about:blank" {
		s.loaded = &pageVitals{url: url}
		t.document = s.loaded
	}
}

// worldOfDocument notes by which context the page's document reports. t.mu is held.
func (t *tab) worldOfDocument(id int64) {
	if t.document != nil {
		t.document.world = id
	}
}

func (t *tab) bindingCalled(params jsonv2.Value) {
	e, ok := decode[bindingEvent](params)
	if !ok || e.Name != teller {
		return
	}
	var v vitalsTold
	if json.Unmarshal([]byte(e.Payload), &v) != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heed(e.Context, v)
}

// heed takes over a document's report. t.mu is held.
func (t *tab) heed(world int64, v vitalsTold) {
	now := time.Now()
	for i := len(t.spans) - 1; i >= 0; i-- {
		if p := t.spans[i].loaded; p != nil && p.world == world {
			p.told = true
			p.ttfb, p.fcp, p.lcp, p.cls = millis(v.TTFB), millis(v.FCP), millis(v.LCP), v.CLS
			break
		}
	}
	for _, input := range v.Inputs {
		at := now.Add(-millis(v.Now - input[0]))
		for i := len(t.spans) - 1; i >= 0; i-- {
			if s := t.spans[i]; !s.begun.After(at) || i == 0 {
				s.inp = max(s.inp, millis(input[1]))
				break
			}
		}
	}
}

func millis(ms float64) time.Duration {
	return time.Duration(ms * float64(time.Millisecond)).Round(100 * time.Microsecond)
}

// askVitals lets the present document report. A page that does not answer has reported what it has.
func (t *tab) askVitals(ctx context.Context) {
	t.mu.Lock()
	f := t.frames[t.mainFrame]
	silent := f == nil || f.world == 0 || t.main.pending
	var world int64
	if f != nil {
		world = f.world
	}
	t.mu.Unlock()
	if silent || t.ctx.Err() != nil {
		return
	}
	var v vitalsTold
	if t.askOnce(ctx, t.mainFrame, "vitals", nil, &v) != nil {
		return
	}
	t.mu.Lock()
	t.heed(world, v)
	t.mu.Unlock()
}

// Settled waits until the page stands still, and gives the numbers of the latest step.
func (s *session) Settled(ctx context.Context) *probes.PageNumbers {
	t := s.tab
	ctx, cancel := context.WithTimeout(ctx, settleTime)
	defer cancel()
	_ = t.until(ctx, func() bool {
		return !t.navigating() && t.main.loaded && time.Since(t.lastAny) >= stillTime
	})
	last, done := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer done()
	t.askVitals(last)
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.numbers(t.currentSpan())
}

// Numbers gives what all steps measured, in all tabs.
func (s *session) Numbers(ctx context.Context) map[string]*probes.PageNumbers {
	all := map[string]*probes.PageNumbers{}
	for _, t := range s.tab.window.everyTab() {
		t.askVitals(ctx)
		t.mu.Lock()
		for _, sp := range t.spans {
			if n := t.numbers(sp); n != nil {
				all[sp.step] = together(all[sp.step], n)
			}
		}
		t.mu.Unlock()
	}
	return all
}

// together adds what a step measured in another tab. The vitals are those of the first document.
func together(one, other *probes.PageNumbers) *probes.PageNumbers {
	if one == nil {
		return other
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

// numbers are a span's, or nil if it measured nothing. t.mu is held.
func (t *tab) numbers(s *span) *probes.PageNumbers {
	if s == nil || s.loaded == nil && len(s.hosts) == 0 && s.inp == 0 && s.errors == 0 {
		return nil
	}
	n := &probes.PageNumbers{INP: s.inp, Errors: s.errors}
	if p := s.loaded; p != nil {
		n.URL = clip(p.url, maxLine)
		if p.told {
			n.TTFB, n.FCP, n.LCP, n.CLS = p.ttfb, p.fcp, p.lcp, &p.cls
		}
	}
	for host, traffic := range s.hosts {
		third := !t.ours(host)
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
