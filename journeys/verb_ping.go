package journeys

import (
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// Ping sends ICMP echo requests.
type Ping struct {
	Host Template
	// Count is the number of requests. Zero: 3.
	Count int
	// IP is 4, 6 or empty.
	IP string
	// PayloadSize is the number of bytes in each. Zero: 56.
	PayloadSize int
}

// pingVerbs send echo requests. Unless they expect something of what came back, one answer is enough.
func pingVerbs() []verb {
	return []verb{{
		name: "ping", doc: "send ICMP echo requests to a host, where the system allows it", place: afterPing, schema: textSchema(), judges: true,
		keys: keysOf(pingFields()), read: readPing,
	}}
}

func pingFields() []field[Ping] {
	return []field[Ping]{
		{"count", "number of requests, 3 if not given", countSchema(1), func(p *parser, n *document.Node, g *Ping) { g.Count = p.count(n, 1, 100) }},
		{"ip", "family of addresses: 4 or 6", choiceSchema("4", "6"), func(p *parser, n *document.Node, g *Ping) { g.IP, _ = p.r.Enum(n, "4", "6") }},
		{"payload_size", "bytes in each request, 56 if not given", countSchema(0), func(p *parser, n *document.Node, g *Ping) {
			g.PayloadSize = p.count(n, 16, 65_000)
		}},
	}
}

func readPing(p *parser, n *document.Node, m *document.Map) Action {
	g := &Ping{Host: p.required(n)}
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

// Verb is the YAML key.
func (*Ping) Verb() string { return "ping" }

func (a *Ping) sentence() string { return "Ping " + a.Host.words() }
