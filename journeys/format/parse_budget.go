package format

import (
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// budget reads a time, or a map of bounds. of is the verb that it goes with; nil if there is none.
func (p *parser) budget(n *document.Node, of *verb) journeys.Budget {
	var b journeys.Budget
	if n.Kind != document.Mapping {
		b.Time = p.positive(n)
		return b
	}
	m := readFields(p, n, budgetFields(), &b)
	if len(n.Entries) == 0 {
		p.r.Problem(n, "bounds nothing", "such as {time: 2s, lcp: 2.5s, bytes: 2MB}")
	}
	if of == nil || of.place.hasPage() {
		return b
	}
	for _, f := range budgetFields() {
		if f.key != "time" && m.Has(f.key) {
			p.r.ProblemAt(m.KeyPos(f.key), n.Path(), fmt.Sprintf("%s is measured of pages, and %s shows none", f.key, of.name),
				"only time goes with it; an expect can look at timing and headers")
		}
	}
	return b
}

func budgetSchema() schema {
	return schema{"oneOf": []schema{durationSchema(), refSchema("budget")}}
}

// budgetFields are the bounds, in the order in which people read them.
func budgetFields() []field[journeys.Budget] {
	times := func(key, doc string, of func(*journeys.Budget) *time.Duration) field[journeys.Budget] {
		return field[journeys.Budget]{key, doc, durationSchema(), func(p *parser, n *document.Node, b *journeys.Budget) { *of(b) = p.positive(n) }}
	}
	counts := func(key, doc string, of func(*journeys.Budget) **int) field[journeys.Budget] {
		return field[journeys.Budget]{key, doc, countSchema(0), func(p *parser, n *document.Node, b *journeys.Budget) {
			i := p.count(n, 0, 1_000_000)
			*of(b) = &i
		}}
	}
	sizes := func(key, doc string, of func(*journeys.Budget) *int64) field[journeys.Budget] {
		return field[journeys.Budget]{key, doc, sizeSchema(), func(p *parser, n *document.Node, b *journeys.Budget) { *of(b) = p.size(n) }}
	}
	return []field[journeys.Budget]{
		times("time", "how long the step may take", func(b *journeys.Budget) *time.Duration { return &b.Time }),
		times("ttfb", "time to the first byte of the page that the step loads", func(b *journeys.Budget) *time.Duration { return &b.TTFB }),
		times("fcp", "first contentful paint of the page that the step loads", func(b *journeys.Budget) *time.Duration { return &b.FCP }),
		times("lcp", "largest contentful paint of the page that the step loads", func(b *journeys.Budget) *time.Duration { return &b.LCP }),
		{"cls", "cumulative layout shift of the page, such as 0.1", schema{"type": "number", "minimum": 0}, func(p *parser, n *document.Node, b *journeys.Budget) {
			b.CLS = p.shift(n)
		}},
		times("inp", "interaction to next paint: how long the page may take to answer the step's input", func(b *journeys.Budget) *time.Duration { return &b.INP }),
		counts("requests", "requests of the page, to all hosts", func(b *journeys.Budget) **int { return &b.Requests }),
		sizes("bytes", "bytes that came over the network, from all hosts", func(b *journeys.Budget) *int64 { return &b.Bytes }),
		counts("third_party_requests", "requests to other hosts than the journey's own", func(b *journeys.Budget) **int { return &b.ThirdPartyRequests }),
		sizes("third_party_bytes", "bytes from other hosts than the journey's own", func(b *journeys.Budget) *int64 { return &b.ThirdPartyBytes }),
		counts("errors", "uncaught exceptions of the page's scripts", func(b *journeys.Budget) **int { return &b.Errors }),
	}
}

// size reads a number of bytes above zero.
func (p *parser) size(n *document.Node) int64 {
	size, ok := p.r.Bytes(n)
	if ok && size == 0 {
		p.r.Problem(n, "must be more than 0", "")
	}
	return size
}

// shift reads a layout shift score.
func (p *parser) shift(n *document.Node) *float64 {
	f, ok := p.r.Float(n)
	if ok && (f < 0 || f > 100) {
		p.r.Problem(n, fmt.Sprintf("want a layout shift score, got %s", n.Value), "0.1 is good, 0.25 is poor")
	}
	return &f
}
