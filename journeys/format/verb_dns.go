package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// dnsVerbs ask a name server. Without an expectation of rcode or answers there must be an answer.
func dnsVerbs() []verb {
	return []verb{{
		name: "dns", doc: "ask a name server about a name", place: afterDNS, schema: textSchema(), judges: true,
		keys: keysOf(dnsFields()), read: readDNS,
	}}
}

// dnsTypes are the records that can be asked for; their values are written as in a zone's file.
func dnsTypes() []string {
	return []string{"A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "SRV", "CAA", "PTR", "DS", "DNSKEY", "HTTPS", "SVCB", "TLSA", "NAPTR"}
}

func dnsFields() []field[journeys.DNS] {
	return []field[journeys.DNS]{
		{"query_type", "type of the records asked for; A if not given", enumSchema(dnsTypes()...), func(p *parser, n *document.Node, d *journeys.DNS) {
			d.Type, _ = p.r.Enum(n, dnsTypes()...)
		}},
		{"server", "address of the name server, with a port or without; the system's if not given", textSchema(), func(p *parser, n *document.Node, d *journeys.DNS) {
			d.Server = p.required(n)
		}},
		{"transport_protocol", "udp or tcp", enumSchema("udp", "tcp"), func(p *parser, n *document.Node, d *journeys.DNS) {
			d.Transport, _ = p.r.Enum(n, "udp", "tcp")
		}},
		{"dns_over_tls", "ask over TLS", boolSchema(), func(p *parser, n *document.Node, d *journeys.DNS) { d.OverTLS, _ = p.r.Bool(n) }},
		{"tls", "TLS settings, as in Prometheus' tls_config", refSchema("tls"), func(p *parser, n *document.Node, d *journeys.DNS) { readTLS(p, n, &d.TLS) }},
	}
}

func readDNS(p *parser, n *document.Node, m *document.Map) journeys.Action {
	d := &journeys.DNS{Name: p.required(n)}
	readKeys(p, m, dnsFields(), d)
	if m.Has("tls") && !d.OverTLS {
		p.r.ProblemAt(m.KeyPos("tls"), m.Node().Path(), "tls goes with dns_over_tls: true", "")
	}
	if d.OverTLS && d.Transport == "udp" {
		p.r.ProblemAt(m.KeyPos("transport_protocol"), m.Node().Path(), "TLS does not go over udp", "")
	}
	return d
}

// readKeys reads the keys of a table that stand beside the verb.
func readKeys[T any](p *parser, m *document.Map, fields []field[T], into *T) {
	for _, f := range fields {
		if value := m.Get(f.key); value != nil {
			f.read(p, value, into)
		}
	}
}

// dnsNames are what the expressions of a dns step see.
func dnsNames() []expression.Root {
	return append(connectionNames(), expression.Root{Name: "rcode", Sample: ""}, expression.Root{Name: "answers", Sample: []any{}},
		expression.Root{Name: "authoritative", Sample: false})
}

// connectionNames are what all steps that speak to a target see of that.
func connectionNames() []expression.Root {
	return []expression.Root{
		{Name: "remote_addr", Sample: ""}, {Name: "tls", Sample: map[string]any{}}, {Name: "timing", Sample: map[string]float64{}},
	}
}
