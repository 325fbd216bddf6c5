package journeys

// GRPC asks a gRPC server whether it is healthy, or calls one of its methods.
type GRPC struct {
	// Address is host:port.
	Address Template
	// Service is the one whose health is asked for. Empty: the server's as a whole.
	Service Template
	// Method is package.Service/Method. Empty: the health check. What it takes and gives is learnt from the server
	// by reflection.
	Method Template
	// JSON is the message sent. Nil: an empty one.
	JSON    *Value
	Headers []Pair
	// TLS is nil for a connection in the clear.
	TLS *TLS
	// IP is 4, 6 or empty.
	IP string
}

// Verb is the YAML key.
func (*GRPC) Verb() string { return "grpc" }

func (a *GRPC) sentence() string {
	if a.Method.Source == "" {
		return "Ask " + a.Address.Words() + " for its health"
	}
	return "Call " + a.Method.Words()
}
