package monitor

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// TracesConfig says whether runs leave traces in OpenTelemetry, and where they go.
type TracesConfig struct {
	// On says that the file has traces. What it leaves open, the standard's environment variables say, and its defaults.
	On bool
	// Endpoint is the collector's address, without /v1/traces; empty: the environment's.
	Endpoint string
	// Protocol is http/protobuf or grpc; empty: the environment's.
	Protocol string
	Headers  []TraceHeader
	// Gzip packs what is sent. CA is a file of certificates to believe. Timeout bounds a request.
	Gzip    bool
	CA      string
	Timeout time.Duration
	// Service is the name in the traces; empty: the environment's, else outrider.
	Service string
	// Sample is the part of the runs that are traced; one that did not pass always is. Sampled says that the file has it.
	Sample  float64
	Sampled bool
	// Hosts are those of the journeys' own hosts that are told the trace; empty: all of them.
	Hosts []string
	// TraceURL is where people look at a trace, with {trace_id} in it; empty: nobody knows.
	TraceURL string
	Pos      document.Pos
}

// TraceHeader is a header for the collector. Its value is a secret.
type TraceHeader struct {
	Name  string
	Value secret.Source
}

// readTraces reads `traces:`.
func (c *Config) readTraces(r *document.Reader, m *document.Map) {
	if !m.Has("traces") {
		return
	}
	t := m.Map("traces")
	c.Traces = TracesConfig{
		On: true, Endpoint: t.Text("endpoint"), Protocol: t.Enum("protocol", "http/protobuf", "grpc"),
		Gzip: t.Enum("compression", "none", "gzip") == "gzip", CA: c.relative(t.Text("ca_file")), Timeout: t.Duration("timeout"),
		Service: t.Text("service"), Sample: 1, Sampled: t.Has("sample"), Hosts: t.Texts("hosts"), TraceURL: t.Text("trace_url"), Pos: m.Get("traces").Pos,
	}
	if c.Traces.Sampled {
		if c.Traces.Sample = t.Float("sample"); !(c.Traces.Sample >= 0 && c.Traces.Sample <= 1) {
			r.Problem(t.Get("sample"), fmt.Sprintf("want a part from 0 to 1, got %s", t.Get("sample").Value), "0.1 is every tenth run; a run that does not pass leaves its trace in any case")
		}
	}
	if n := t.Get("endpoint"); n != nil {
		checkURL(r, n)
		if u, err := url.Parse(n.Value); err == nil && u.User != nil {
			r.Problem(n, "a secret does not belong in this file", "want headers: {Authorization: {env: NAME}}")
		}
	}
	if n := t.Get("timeout"); n != nil && c.Traces.Timeout <= 0 {
		r.Problem(n, fmt.Sprintf("want a time such as 10s, got %s", n.Value), "")
	}
	c.readTraceHeaders(r, t)
	c.checkTraceHosts(r, t)
	if n := t.Get("trace_url"); n != nil {
		checkURL(r, n)
		if n.Kind == document.Text && !strings.Contains(n.Value, traceMark) {
			r.Problem(n, "want "+traceMark+" where the trace's id belongs", "such as https://tempo.example/trace/"+traceMark)
		}
	}
	t.Done()
}

// traceMark stands for the trace's id in trace_url.
const traceMark = "{trace_id}"

func (c *Config) readTraceHeaders(r *document.Reader, t *document.Map) {
	for _, e := range t.Map("headers").Entries() {
		if !regexp.MustCompile(`^[A-Za-z0-9!#$%&'*+.^_|~-]+$`).MatchString(e.Key) {
			r.ProblemAt(e.KeyPos, "traces.headers", fmt.Sprintf("%q is no name of a header", e.Key), "")
		}
		switch http.CanonicalHeaderKey(e.Key) {
		case "Content-Type", "Content-Encoding", "Content-Length", "Host":
			r.ProblemAt(e.KeyPos, "traces.headers", e.Key+" is not for you to set", "")
		}
		c.Traces.Headers = append(c.Traces.Headers, TraceHeader{Name: e.Key, Value: c.secrets(r).Source(e.Value)})
	}
}

func (c *Config) checkTraceHosts(r *document.Reader, t *document.Map) {
	for i, n := range items(t.Get("hosts")) {
		if i >= len(c.Traces.Hosts) {
			return
		}
		host := strings.ToLower(strings.TrimPrefix(n.Value, "*."))
		if host == "" || strings.ContainsAny(host, "/*@ ") {
			r.Problem(n, fmt.Sprintf("want a host such as shop.example, got %q", n.Value), "a host stands for those below it, too")
		}
		c.Traces.Hosts[i] = host
	}
	if n := t.Get("hosts"); n != nil && n.Kind == document.List && len(n.Items) == 0 {
		r.Problem(n, "no host", "leave hosts out to tell all of the journeys' own, or name some")
	}
}

// Tracing says which runs are traced; nil: none. lookup finds environment variables.
func (c *Config) Tracing(lookup func(string) (string, bool)) *spans.Options {
	if !c.Traces.On || disabled(lookup) {
		return nil
	}
	o := &spans.Options{Ratio: c.Traces.Sample, Hosts: c.Traces.Hosts}
	if !c.Traces.Sampled {
		o.Ratio = ratioOf(lookup)
	}
	return o
}

// TraceURL is where people look at a trace; empty if that is not known.
func (c *Config) TraceURL(id string) string {
	if c.Traces.TraceURL == "" || id == "" {
		return ""
	}
	return strings.ReplaceAll(c.Traces.TraceURL, traceMark, id)
}

// sending is what cannot change while the monitor runs: where traces go. Which runs are traced, who is told and where
// people look can.
func (t *TracesConfig) sending() string {
	s := *t
	s.Sample, s.Sampled, s.Hosts, s.TraceURL, s.Pos = 0, false, nil, "", document.Pos{}
	s.Headers = nil
	text := fmt.Sprintf("%+v", s)
	for _, h := range t.Headers {
		text += fmt.Sprintf(" %s=%s", h.Name, h.Value)
	}
	return text
}
