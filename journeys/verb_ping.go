package journeys

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

// Verb is the YAML key.
func (*Ping) Verb() string { return "ping" }

func (a *Ping) sentence() string { return "Ping " + a.Host.Words() }
