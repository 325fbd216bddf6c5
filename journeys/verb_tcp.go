package journeys

// TCP connects to a port, and may talk to what listens there.
type TCP struct {
	// Address is host:port.
	Address Template
	// TLS is nil where the conversation does not begin in TLS.
	TLS *TLS
	// StartTLS holds the settings for `starttls` in the dialogue.
	StartTLS TLS
	// IP is 4, 6 or empty.
	IP       string
	Dialogue []Exchange
}

// Handshake connects to a port and shakes hands in TLS there: the verb `tls`.
type Handshake struct {
	Address Template
	TLS     TLS
	IP      string
}

// Verb is the YAML key.
func (*TCP) Verb() string { return "tcp" }

// Verb is the YAML key.
func (*Handshake) Verb() string { return "tls" }

func (a *TCP) sentence() string { return "Connect to " + a.Address.Words() }

func (a *Handshake) sentence() string { return "Check the certificate of " + a.Address.Words() }
