package journeys

// WebSocket opens a WebSocket (RFC 6455), and may talk over it.
type WebSocket struct {
	URL          Template
	Headers      []Pair
	Subprotocols []string
	TLS          TLS
	// IP is 4, 6 or empty.
	IP       string
	Dialogue []Exchange
}

// Verb is the YAML key.
func (*WebSocket) Verb() string { return "websocket" }

func (a *WebSocket) sentence() string { return "Open a WebSocket at " + address(a.URL) }
