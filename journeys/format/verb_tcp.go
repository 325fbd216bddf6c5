package format

import (
	"net"
	"strconv"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// tcpVerbs connect to a port. That they can is their expectation.
func tcpVerbs() []verb {
	return []verb{
		{name: "tcp", doc: "connect to host:port, and talk to it by query_response", place: afterTCP, schema: textSchema(), judges: true,
			keys: keysOf(tcpFields()), read: readTCP},
		{name: "tls", doc: "connect to host:port and check its certificate", place: afterTLS, judges: true,
			schema: schema{"oneOf": []schema{{"type": "string"}, object(handshakeFields(), "address")}},
			keys:   keysOf(handshakeKeys()), read: readHandshake},
	}
}

func tcpFields() []field[journeys.TCP] {
	return []field[journeys.TCP]{
		{"tls", "true, or TLS settings as in Prometheus' tls_config: begin in TLS", optionalTLSSchema(), func(p *parser, n *document.Node, t *journeys.TCP) {
			t.TLS = p.optionalTLS(n)
		}},
		{"ip", "family of addresses: 4 or 6", choiceSchema("4", "6"), func(p *parser, n *document.Node, t *journeys.TCP) { t.IP, _ = p.r.Enum(n, "4", "6") }},
		{"query_response", "what is expected and sent in turns, as in blackbox_exporter", dialogueSchema(), func(p *parser, n *document.Node, t *journeys.TCP) {
			t.Dialogue = readDialogue(p, n)
		}},
		{"tls_config", "TLS settings for starttls, as in Prometheus' tls_config", refSchema("tls"), func(p *parser, n *document.Node, t *journeys.TCP) {
			readTLS(p, n, &t.StartTLS)
		}},
	}
}

func readTCP(p *parser, n *document.Node, m *document.Map) journeys.Action {
	t := &journeys.TCP{Address: p.hostPort(n)}
	readKeys(p, m, tcpFields(), t)
	starts := false
	for _, e := range t.Dialogue {
		starts = starts || e.StartTLS
	}
	if starts && t.TLS != nil {
		p.r.ProblemAt(m.KeyPos("tls"), m.Node().Path(), "tls and starttls do not go together", "starttls takes its settings from tls_config")
	}
	if m.Has("tls_config") && !starts {
		p.r.ProblemAt(m.KeyPos("tls_config"), m.Node().Path(), "tls_config goes with starttls in query_response", "")
	}
	return t
}

func handshakeFields() []field[journeys.Handshake] {
	fields := []field[journeys.Handshake]{
		{"address", "host:port", textSchema(), func(p *parser, n *document.Node, h *journeys.Handshake) { h.Address = p.hostPort(n) }},
	}
	for _, f := range tlsFields() {
		fields = append(fields, field[journeys.Handshake]{f.key, f.doc, f.schema, func(p *parser, n *document.Node, h *journeys.Handshake) { f.read(p, n, &h.TLS) }})
	}
	return fields
}

func handshakeKeys() []field[journeys.Handshake] {
	return []field[journeys.Handshake]{
		{"ip", "family of addresses: 4 or 6", choiceSchema("4", "6"), func(p *parser, n *document.Node, h *journeys.Handshake) { h.IP, _ = p.r.Enum(n, "4", "6") }},
	}
}

func readHandshake(p *parser, n *document.Node, m *document.Map) journeys.Action {
	h := &journeys.Handshake{}
	if n.Kind == document.Mapping {
		checkTLS(p, readFields(p, n, handshakeFields(), h), n, &h.TLS).Need("address")
	} else {
		h.Address = p.hostPort(n)
	}
	readKeys(p, m, handshakeKeys(), h)
	return h
}

// hostPort reads host:port.
func (p *parser) hostPort(n *document.Node) journeys.Template {
	t := p.required(n)
	text, static := t.Static()
	if !static || text == "" {
		return t
	}
	host, port, err := net.SplitHostPort(text)
	if err == nil && host != "" {
		if number, err := strconv.ParseUint(port, 10, 16); err == nil && number > 0 {
			return t
		}
	}
	p.r.Problem(n, "want host:port, got "+quoteShort(text), "such as shop.example:443 or [2001:db8::7]:443")
	return t
}

func optionalTLSSchema() schema { return schema{"oneOf": []schema{boolSchema(), refSchema("tls")}} }

// optionalTLS reads true, false or settings; nil is without TLS.
func (p *parser) optionalTLS(n *document.Node) *journeys.TLS {
	t := &journeys.TLS{}
	if n.Kind == document.Mapping {
		readTLS(p, n, t)
		return t
	}
	if on, _ := p.r.Bool(n); !on {
		return nil
	}
	return t
}

// tcpNames are what the expressions of a tcp step see.
func tcpNames() []expression.Root {
	return append(connectionNames(), expression.Root{Name: "received", Sample: ""})
}
