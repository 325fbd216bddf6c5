package traces

import (
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// The kinds of spans that are written.
const (
	internal = 1
	client   = 3
)

// flagsSampled is the flag of W3C Trace Context that all that leaves here bears: a Fixed32 of 1 in the field with number 16.
const flagsSampled = "\x85\x01\x01\x00\x00\x00"

// teller writes the spans of one run.
type teller struct {
	writer
	trace spans.TraceID
	count int
	// runs is where the run's web page is, without its id; may be empty.
	runs string
	// sites are those that requests went to before.
	sites sites
}

// span is what all spans have.
type span struct {
	id, parent spans.ID
	name       string
	kind       uint8
	from, to   time.Time
}

// begin writes the head of a span, and gives the place to close it at.
func (t *teller) begin(s span) int {
	t.count++
	at := t.open(scopeSpansSpans)
	t.bytes(spanTraceID, t.trace[:])
	t.bytes(spanSpanID, s.id[:])
	if s.parent != (spans.ID{}) {
		t.bytes(spanParent, s.parent[:])
	}
	t.text(spanName, s.name)
	t.number(spanKind, s.kind)
	t.moment(spanStart, s.from)
	if s.to.Before(s.from) {
		s.to = s.from
	}
	t.moment(spanEnd, s.to)
	t.b = append(t.b, flagsSampled...)
	return at
}

// run writes a run with all that it consists of.
func (t *teller) run(j *journeys.Journey, r *probes.Result) {
	root := spans.NewID()
	at := t.begin(span{id: root, name: r.Journey, kind: internal, from: r.StartedAt, to: r.EndedAt})
	t.attribute(spanAttributes, "outrider.journey", r.Journey)
	t.attribute(spanAttributes, "outrider.team", r.Team)
	t.attribute(spanAttributes, "outrider.location", r.Location)
	t.attribute(spanAttributes, "outrider.run.id", r.RunID)
	if t.runs != "" {
		t.attribute(spanAttributes, "outrider.run.url", t.runs+r.RunID)
	}
	t.attribute(spanAttributes, "outrider.run.trigger", r.Trigger)
	t.attribute(spanAttributes, "outrider.run.outcome", r.Outcome.String())
	t.attribute(spanAttributes, "outrider.step.name", r.Step)
	t.truth(spanAttributes, "outrider.run.muted", r.Muted)
	t.seconds(spanAttributes, "outrider.run.queue_wait", r.QueueWait)
	if j != nil {
		t.attribute(spanAttributes, "outrider.runbook", j.Runbook)
	}
	t.verdict(r.Failure, !r.Outcome.Good(), r.EndedAt)
	t.close(at)
	for i := range r.Attempts {
		t.attempt(root, &r.Attempts[i])
	}
}

// attempt writes an attempt, its steps and their requests.
func (t *teller) attempt(root spans.ID, a *probes.Attempt) {
	id, end := spans.NewID(), a.Duration
	for i := range a.Steps {
		end = max(end, a.Steps[i].Offset+a.Steps[i].Duration)
	}
	at := t.begin(span{id: id, parent: root, name: "attempt " + strconv.Itoa(a.Number), kind: internal, from: a.StartedAt, to: a.StartedAt.Add(end)})
	t.integer(spanAttributes, "outrider.attempt.number", int64(a.Number))
	t.attribute(spanAttributes, "outrider.attempt.outcome", a.Outcome.String())
	t.verdict(a.Failure, !a.Outcome.Good(), a.StartedAt.Add(end))
	t.close(at)

	requests := a.Requests
	// within holds the spans of the steps that the next one may stand in.
	within := []spans.ID{id}
	for i := range a.Steps {
		s := &a.Steps[i]
		if s.Status == probes.StepSkipped || s.Status == probes.StepNotRun {
			continue
		}
		within = within[:min(s.Depth+1, len(within))]
		step := spans.NewID()
		t.step(step, within[len(within)-1], a.StartedAt, s)
		within = append(within, step)
		made := 0
		for made < len(requests) && requests[made].Offset < nextOffset(a.Steps[i+1:]) {
			t.request(step, a.StartedAt, &requests[made], s)
			made++
		}
		requests = requests[made:]
	}
	for i := range requests { // of an attempt without steps
		t.request(id, a.StartedAt, &requests[i], nil)
	}
}

// nextOffset is when the next step began; what is asked for until then is the doing of the one before.
func nextOffset(steps []probes.StepResult) time.Duration {
	for i := range steps {
		if s := steps[i].Status; s != probes.StepSkipped && s != probes.StepNotRun {
			return steps[i].Offset
		}
	}
	return 1<<63 - 1
}

func (t *teller) step(id, parent spans.ID, begun time.Time, s *probes.StepResult) {
	from := begun.Add(s.Offset)
	at := t.begin(span{id: id, parent: parent, name: s.Name, kind: internal, from: from, to: from.Add(s.Duration)})
	t.attribute(spanAttributes, "outrider.step.verb", s.Verb)
	t.attribute(spanAttributes, "outrider.step.status", string(s.Status))
	t.truth(spanAttributes, "outrider.step.finally", s.Finally)
	t.integer(spanAttributes, "outrider.step.tries", int64(s.Tries))
	t.attribute(spanAttributes, "outrider.step.drift", s.Drift)
	if h := s.HTTP; h != nil {
		t.seconds(spanAttributes, "outrider.phase.resolve", h.Resolve)
		t.seconds(spanAttributes, "outrider.phase.connect", h.Connect)
		t.seconds(spanAttributes, "outrider.phase.tls", h.TLS)
		t.seconds(spanAttributes, "outrider.phase.processing", h.Processing)
		t.seconds(spanAttributes, "outrider.phase.transfer", h.Transfer)
	}
	t.verdict(s.Failure, s.Status == probes.StepFailed, from.Add(s.Duration))
	t.close(at)
}

// verdict says why something did not go as it should. Only what failed has the status of an error: a step that was slow or
// tolerated has not.
func (t *teller) verdict(f *probes.Failure, bad bool, when time.Time) {
	if f == nil {
		if bad {
			t.failed("")
		}
		return
	}
	t.attribute(spanAttributes, "outrider.reason", string(f.Reason))
	at := t.open(spanEvents)
	t.moment(eventTime, when)
	t.text(eventName, "exception")
	t.attribute(eventAttributes, "exception.type", string(f.Reason))
	t.attribute(eventAttributes, "exception.message", f.Message)
	t.attribute(eventAttributes, "outrider.expected", f.Expected)
	t.attribute(eventAttributes, "outrider.got", f.Got)
	t.close(at)
	if bad {
		t.attribute(spanAttributes, "error.type", string(f.Reason))
		t.failed(f.Message)
	}
}

// request writes one request, by the semantic conventions for HTTP clients (stable since 1.23).
func (t *teller) request(parent spans.ID, begun time.Time, r *spans.Request, s *probes.StepResult) {
	from := begun.Add(r.Offset)
	web := isWeb(r.URL)
	name, method := r.Method, known(r.Method)
	if web {
		name = method
		if method == "_OTHER" {
			name = "HTTP" // as the conventions name what they do not know
		}
	}
	at := t.begin(span{id: r.Span, parent: parent, name: name, kind: client, from: from, to: from.Add(r.Duration)})
	if web {
		t.attribute(spanAttributes, "http.request.method", method)
		if method == "_OTHER" {
			t.attribute(spanAttributes, "http.request.method_original", r.Method)
		}
		t.integer(spanAttributes, "http.response.status_code", int64(r.Status))
		t.integer(spanAttributes, "http.request.resend_count", int64(r.Resend))
		if version, ok := strings.CutPrefix(r.Proto, "HTTP/"); ok {
			t.attribute(spanAttributes, "network.protocol.version", strings.TrimSuffix(version, ".0"))
		}
	}
	t.attribute(spanAttributes, "url.full", r.URL)
	t.attribute(spanAttributes, "user_agent.synthetic.type", "test")
	t.attribute(spanAttributes, "outrider.request.kind", r.Kind)
	t.sites.of(r.URL).write(&t.writer, r.RemoteAddr)
	if r.Foreign != (spans.TraceID{}) {
		t.link(r.Foreign, r.ForeignSpan)
	}
	t.outcome(r, s)
	t.close(at)
}

// outcome says whether a request failed. The conventions call every answer of 400 and above an error of the client's; that a
// step wanted one to be refused makes it none.
func (t *teller) outcome(r *spans.Request, s *probes.StepResult) {
	wanted := r.Kind == "http" && s != nil && s.Failure == nil
	switch {
	case r.Error != "":
		kind := "_OTHER"
		switch token, _, _ := strings.Cut(r.Error, " "); {
		case strings.HasPrefix(token, "net::"): // as browsers name what the network did
			kind = token
		case s != nil && s.Failure != nil:
			kind = string(s.Failure.Reason)
		}
		t.attribute(spanAttributes, "error.type", kind)
		t.failed(r.Error)
	case r.Status >= 400 && !wanted:
		t.attribute(spanAttributes, "error.type", strconv.Itoa(r.Status))
		t.failed("")
	}
}

// isWeb reports whether a URL is one of HTTP.
func isWeb(raw string) bool {
	return strings.HasPrefix(raw, "http://") || strings.HasPrefix(raw, "https://")
}

// known gives a method that the conventions know, and _OTHER for any other.
func known(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY":
		return method
	}
	return "_OTHER"
}
