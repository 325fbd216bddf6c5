package journeys

// Exchange is one entry of `query_response`, spelled and done as blackbox_exporter does: wait for what matches Expect,
// send Send, then begin TLS. Each may be absent.
type Exchange struct {
	Expect, Send *Template
	StartTLS     bool
}
