package spans

import "time"

// Request is one request of an attempt, as a span tells of it.
type Request struct {
	// Span is the id that its traceparent named, or one that nobody was told.
	Span ID
	// Foreign and ForeignSpan are those of a traceparent that was not ours: a page's own script, or the step's author, wrote it.
	Foreign     TraceID
	ForeignSpan ID

	Method, URL string
	// Kind is http for a step's own request, else the verb, or what the page wanted it for: document, fetch, script.
	Kind   string
	Status int
	// Proto is as net/http writes it: HTTP/1.1, HTTP/2.0. RemoteAddr is address and port.
	Proto, RemoteAddr string
	// Offset is from the start of the attempt.
	Offset, Duration time.Duration
	// Resend counts the requests of the same exchange before this one: redirects and challenges.
	Resend int
	// Error is the network's, in short; empty where there was an answer.
	Error string
}

// Most is how many requests of an attempt are kept: a page may make thousands.
const Most = 500
