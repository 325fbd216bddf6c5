package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// webSocketVerbs open a WebSocket. That it opens is their expectation.
func webSocketVerbs() []verb {
	return []verb{{
		name: "websocket", doc: "open a WebSocket at a ws or wss URL, and talk over it by query_response", place: afterWebSocket,
		schema: textSchema(), judges: true, keys: keysOf(webSocketFields()), read: readWebSocket,
	}}
}

func webSocketFields() []field[journeys.WebSocket] {
	return []field[journeys.WebSocket]{
		{"headers", "header fields of the request", mapSchema(textsSchema()), func(p *parser, n *document.Node, w *journeys.WebSocket) { w.Headers = p.headerPairs(n) }},
		{"subprotocols", "the protocols offered, the best first", textsSchema(), func(p *parser, n *document.Node, w *journeys.WebSocket) {
			w.Subprotocols = p.r.Texts(n)
			for _, name := range w.Subprotocols {
				if !isToken(name) {
					p.r.Problem(n, quoteShort(name)+" is no name of a protocol", "")
				}
			}
		}},
		{"tls", "TLS settings, as in Prometheus' tls_config", refSchema("tls"), func(p *parser, n *document.Node, w *journeys.WebSocket) { readTLS(p, n, &w.TLS) }},
		{"ip", "family of addresses: 4 or 6", choiceSchema("4", "6"), func(p *parser, n *document.Node, w *journeys.WebSocket) { w.IP, _ = p.r.Enum(n, "4", "6") }},
		{"query_response", "what is expected and sent in turns, message by message", dialogueSchema(), func(p *parser, n *document.Node, w *journeys.WebSocket) {
			w.Dialogue = readDialogue(p, n)
			for _, e := range w.Dialogue {
				if e.StartTLS {
					p.r.Problem(n, "starttls does not go with a WebSocket", "use a wss URL")
				}
			}
		}},
	}
}

func readWebSocket(p *parser, n *document.Node, m *document.Map) journeys.Action {
	w := &journeys.WebSocket{URL: p.urlOf(n, "ws://", "wss://")}
	readKeys(p, m, webSocketFields(), w)
	return w
}

// webSocketNames are what the expressions of a websocket step see.
func webSocketNames() []expression.Root {
	return append(connectionNames(), expression.Root{Name: "messages", Sample: []any{}}, expression.Root{Name: "json"},
		expression.Root{Name: "headers", Sample: map[string]string{}}, expression.Root{Name: "subprotocol", Sample: ""})
}
