package exporter

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/outrider-monitor/outrider/exporter/exposition"
	"github.com/outrider-monitor/outrider/journeys"
)

// The text that we write ourselves is the client library's, byte for byte, whatever was observed and however journeys, teams
// and steps are called.
func TestOurTextIsTheLibrarysByteForByte(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 4))
	hostile := []string{"", `"`, `\`, "\n", `a"b\c` + "\nd", "Zürich, 食べる", "}", `{le="1"}`, "\x00\x7f", "# EOF", "a b"}
	text := &exposition.Text{}
	for range 30 {
		e := kitchen(t, r, nil)
		var strange []journeys.Journey
		for _, name := range hostile {
			j := journeys.Journey{Name: "j" + name, Team: name}
			for _, step := range hostile {
				j.Steps = append(j.Steps, journeys.Step{Name: "s" + step, Action: &journeys.Request{Method: "GET"}})
			}
			strange = append(strange, j)
		}
		if r.IntN(4) == 0 {
			e.Configure(strange)
			for i := range strange {
				result, state := eaten(r, &strange[i])
				e.Observe(&strange[i], &result, state)
			}
		}
		families, done, _ := e.Gather()
		for _, format := range []expfmt.Format{expfmt.FmtText, expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtOpenMetrics_0_0_1} {
			var want, got bytes.Buffer
			library := expfmt.NewEncoder(&want, format, expfmt.WithCreatedLines())
			text.Reset(&got, format.FormatType() == expfmt.TypeOpenMetrics)
			for _, f := range families {
				if !model.LegacyValidation.IsValidMetricName(f.GetName()) {
					t.Fatalf("the name %q would have to be quoted", f.GetName())
				}
				for _, m := range f.Metric {
					for _, l := range m.Label {
						if !model.LegacyValidation.IsValidLabelName(l.GetName()) {
							t.Fatalf("the label %q of %s would have to be quoted", l.GetName(), f.GetName())
						}
					}
				}
				if err := library.Encode(f); err != nil {
					t.Fatal(err)
				}
				if err := text.Family(f); err != nil {
					t.Fatal(err)
				}
			}
			if err := text.Flush(); err != nil {
				t.Fatal(err)
			}
			alike(t, string(format), got.Bytes(), want.Bytes())
		}
		done()
	}
}

// A scrape is answered as the client library answers it, headers and all, whatever it accepts.
func TestAScrapeIsAnsweredAsTheLibraryAnswersIt(t *testing.T) {
	e := kitchen(t, rand.New(rand.NewPCG(6, 5)), nil)
	others := prometheus.NewRegistry()
	counted := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "journey_p_total", Help: "In the midst of ours."}, []string{"was"})
	counted.WithLabelValues(`a "quote"`).Inc()
	others.MustRegister(counted, collectors.NewBuildInfoCollector())
	library := promhttp.HandlerForTransactional(prometheus.NewMultiTRegistry(prometheus.ToTransactionalGatherer(others), e),
		promhttp.HandlerOpts{EnableOpenMetrics: true, EnableOpenMetricsTextCreatedSamples: true, DisableCompression: true})
	ours := &scrapes{exporter: e, others: others, library: library, places: make(chan struct{}, 1)}
	for _, accept := range []string{"", "*/*", "text/html", "application/json", "text/plain", "text/plain;version=0.0.4;escaping=dots",
		"text/plain;version=1.0.0;escaping=allow-utf-8", "application/openmetrics-text", "application/openmetrics-text;version=0.0.1",
		"application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
		"application/openmetrics-text;version=2.0.0", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"} {
		for _, path := range []string{"/metrics", "/metrics?name[]=journey_runs_total&name[]=go_build_info", "/metrics?name[]=none"} {
			got, want := httptest.NewRecorder(), httptest.NewRecorder()
			req := httptest.NewRequest(http.MethodGet, path, nil)
			req.Header.Set("Accept", accept)
			ours.ServeHTTP(got, req)
			library.ServeHTTP(want, req)
			for _, h := range []string{"Content-Type", "Vary"} {
				if g, w := got.Header().Get(h), want.Header().Get(h); g != w {
					t.Errorf("%s, Accept: %s: %s is %q, want %q", path, accept, h, g, w)
				}
			}
			alike(t, path+" as "+accept, got.Body.Bytes(), want.Body.Bytes())
		}
	}
}

// alike compares two texts, and shows the first line in which they differ.
func alike(t *testing.T, of string, got, want []byte) {
	t.Helper()
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			t.Fatalf("%s: line %d is\n%q\nwant\n%q", of, i+1, g[i], w[i])
		}
	}
	if len(g) != len(w) {
		t.Fatalf("%s: %d lines, want %d", of, len(g), len(w))
	}
}
