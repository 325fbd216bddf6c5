package journeys

import "strings"

// DNS asks a name server about a name.
type DNS struct {
	Name Template
	// Type is that of the records asked for, such as AAAA. Empty: A.
	Type string
	// Server is the name server's address, with a port or without. Empty: the first of the system's.
	Server Template
	// Transport is udp or tcp. Empty: udp, and tcp where the answer is too long for it.
	Transport string
	OverTLS   bool
	TLS       TLS
}

// Verb is the YAML key.
func (*DNS) Verb() string { return "dns" }

func (a *DNS) sentence() string {
	if a.Type == "" {
		return "Resolve " + a.Name.Words()
	}
	return strings.Join([]string{"Resolve", a.Name.Words(), a.Type}, " ")
}
