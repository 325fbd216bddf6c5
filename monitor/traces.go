package monitor

import (
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/exporter/traces"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/probes"
)

// traceTime is for the spans that were gathered when the monitor stops.
const traceTime = 5 * time.Second

// defaultCollector is where the standard expects a collector: on this machine.
const (
	defaultCollector     = "http://localhost:4318"
	defaultGRPCCollector = "http://localhost:4317"
)

// NewTraces makes what sends traces, if the configuration wants it; nil otherwise. The collector is asked nothing yet.
func (c *Config) NewTraces(lookup func(string) (string, bool), version string, log *slog.Logger, count func(traces.Settled, int)) (*traces.Exporter, error) {
	if !c.Traces.On || disabled(lookup) {
		return nil, nil
	}
	target, err := c.collector(lookup)
	if err != nil {
		return nil, err
	}
	attributes := pairsOf(env(lookup, "OTEL_RESOURCE_ATTRIBUTES"))
	service := c.traceService(lookup)
	if service != defaultService { // outweighs the one among the attributes
		attributes = append(attributes, [2]string{"service.name", service})
	}
	e, err := traces.New(traces.Options{
		Target: target, Service: service, Version: first(version, "devel"), Deployment: c.Deployment, Location: c.Location,
		Resource: attributes, ExternalURL: c.ExternalURL, Log: log, Count: count,
	})
	if err != nil {
		return nil, document.Problems{{Pos: c.Traces.Pos, Path: "traces", Message: err.Error()}}
	}
	return e, nil
}

// defaultService is the name under which traces are found if nobody chooses one.
const defaultService = "outrider"

func (c *Config) traceService(lookup func(string) (string, bool)) string {
	return first(c.Traces.Service, env(lookup, "OTEL_SERVICE_NAME"), defaultService)
}

// collector is where traces go: what the file says, else the standard's environment variables, those for traces first.
func (c *Config) collector(lookup func(string) (string, bool)) (traces.Target, error) {
	t := traces.Target{
		Protocol: traces.Protocol(first(c.Traces.Protocol, otlp(lookup, "PROTOCOL"), string(traces.HTTP))),
		Headers:  map[string]string{}, Gzip: c.Traces.Gzip || otlp(lookup, "COMPRESSION") == "gzip",
		CA: first(c.Traces.CA, otlp(lookup, "CERTIFICATE")), Timeout: c.Traces.Timeout,
	}
	problem := func(message, hint string) error {
		return document.Problems{{Pos: c.Traces.Pos, Path: "traces", Message: message, Hint: hint}}
	}
	if t.Protocol != traces.HTTP && t.Protocol != traces.GRPC {
		return t, problem(fmt.Sprintf("OTEL_EXPORTER_OTLP_PROTOCOL is %q", t.Protocol), "want http/protobuf or grpc")
	}
	if ms, err := strconv.Atoi(otlp(lookup, "TIMEOUT")); err == nil && t.Timeout == 0 && ms > 0 {
		t.Timeout = time.Duration(ms) * time.Millisecond
	}
	exact := ""
	t.URL = c.Traces.Endpoint
	if t.URL == "" {
		exact = env(lookup, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
		t.URL = first(exact, env(lookup, "OTEL_EXPORTER_OTLP_ENDPOINT"))
	}
	if t.URL == "" && t.Protocol == traces.GRPC {
		t.URL = defaultGRPCCollector
	}
	t.URL = first(t.URL, defaultCollector)
	u, err := url.Parse(t.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return t, problem("the endpoint is not an http or https URL", "such as https://collector.example:4318")
	}
	if t.Protocol == traces.HTTP && exact == "" && !strings.HasSuffix(u.Path, tracesPath) {
		t.URL = u.JoinPath(tracesPath).String() // only the variable for traces alone is a whole address
	}
	for _, h := range pairsOf(otlp(lookup, "HEADERS")) {
		t.Headers[h[0]] = h[1]
	}
	for _, h := range c.Traces.Headers {
		v := secret.Values{Path: "traces.headers." + h.Name, Lookup: lookup}
		t.Headers[h.Name] = v.Get(h.Value)
		if err := v.Err(); err != nil {
			return t, err
		}
	}
	return t, nil
}

// tracesPath is what the specification adds to a collector's address.
const tracesPath = "/v1/traces"

// otlp gives a setting of the exporter: the one for traces, or the one for all signals.
func otlp(lookup func(string) (string, bool), name string) string {
	return first(env(lookup, "OTEL_EXPORTER_OTLP_TRACES_"+name), env(lookup, "OTEL_EXPORTER_OTLP_"+name))
}

func env(lookup func(string) (string, bool), name string) string {
	value, _ := lookup(name)
	return strings.TrimSpace(value)
}

// disabled reports whether the environment switches OpenTelemetry off for all programs.
func disabled(lookup func(string) (string, bool)) bool {
	return strings.EqualFold(env(lookup, "OTEL_SDK_DISABLED"), "true") || env(lookup, "OTEL_TRACES_EXPORTER") == "none"
}

// ratioOf is the part of the runs that the environment wants to be traced.
func ratioOf(lookup func(string) (string, bool)) float64 {
	switch env(lookup, "OTEL_TRACES_SAMPLER") {
	case "always_off", "parentbased_always_off":
		return 0
	case "traceidratio", "parentbased_traceidratio":
		if ratio, err := strconv.ParseFloat(env(lookup, "OTEL_TRACES_SAMPLER_ARG"), 64); err == nil && ratio >= 0 && ratio <= 1 {
			return ratio
		}
	}
	return 1
}

// pairsOf reads name=value,name=value, percent-encoded as the specification has it (W3C Baggage).
func pairsOf(text string) (pairs [][2]string) {
	for item := range strings.SplitSeq(text, ",") {
		name, value, ok := strings.Cut(item, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if plain, err := url.PathUnescape(value); err == nil {
			value = plain
		}
		if ok && name != "" && !strings.ContainsAny(name+value, "\r\n") {
			pairs = append(pairs, [2]string{name, value})
		}
	}
	return pairs
}

// openTraces makes what sends traces, if the configuration wants it.
func (m *Monitor) openTraces(config *Config) (err error) {
	if m.traces, err = config.NewTraces(m.o.Env, m.o.Version, m.log, func(s traces.Settled, n int) { m.numbers.TraceSpans(string(s), n) }); err != nil {
		return err
	}
	if m.traces != nil {
		m.numbers.TraceSpans(string(traces.Accepted), 0)
	}
	return nil
}

// tell writes a run's spans, if it leaves a trace.
func (m *Monitor) tell(t *task, r *probes.Result) {
	if m.traces != nil && r.TraceID != "" {
		m.traces.Observe(t.Journey, r)
	}
}
