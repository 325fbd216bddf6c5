package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// pingVerbs send echo requests. Unless they expect something of what came back, one answer is enough.
func pingVerbs() []verb {
	return []verb{{
		name: "ping", doc: "send ICMP echo requests to a host, where the system allows it", place: afterPing, schema: textSchema(), judges: true,
		keys: keysOf(pingFields()), read: readPing,
	}}
}

func pingFields() []field[journeys.Ping] {
	return []field[journeys.Ping]{
		{"count", "number of requests, 3 if not given", countSchema(1), func(p *parser, n *document.Node, g *journeys.Ping) { g.Count = p.count(n, 1, 100) }},
		{"ip", "family of addresses: 4 or 6", choiceSchema("4", "6"), func(p *parser, n *document.Node, g *journeys.Ping) { g.IP, _ = p.r.Enum(n, "4", "6") }},
		{"payload_size", "bytes in each request, 56 if not given", countSchema(0), func(p *parser, n *document.Node, g *journeys.Ping) {
			g.PayloadSize = p.count(n, 16, 65_000)
		}},
	}
}

func readPing(p *parser, n *document.Node, m *document.Map) journeys.Action {
	g := &journeys.Ping{Host: p.required(n)}
	readKeys(p, m, pingFields(), g)
	return g
}

// pingNames are what the expressions of a ping step see.
func pingNames() []expression.Root {
	return []expression.Root{
		{Name: "remote_addr", Sample: ""}, {Name: "sent", Sample: 0}, {Name: "answered", Sample: 0}, {Name: "loss", Sample: 0.0},
		{Name: "rtt", Sample: map[string]float64{}}, {Name: "timing", Sample: map[string]float64{}},
	}
}
