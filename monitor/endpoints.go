package monitor

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// handler is everything that is served: what machines ask, and the site for people.
func (m *Monitor) handler(site http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.InstrumentMetricHandler(m.registry, promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true, EnableOpenMetricsTextCreatedSamples: true, Registry: m.registry,
	})))
	mux.HandleFunc("GET /-/healthy", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "Outrider is healthy.") })
	mux.HandleFunc("GET /-/ready", m.answerReady)
	mux.HandleFunc("POST /-/reload", m.answerReload)
	mux.HandleFunc("/-/reload", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "want POST: a reload changes something", http.StatusMethodNotAllowed)
	})
	mux.HandleFunc("GET /probe", m.answerProbe)
	mux.HandleFunc("POST /api/v1/pagerduty/{pager}", m.answerPagerDuty)
	mux.Handle("/", site)
	return http.NewCrossOriginProtection().Handler(mux)
}

func (m *Monitor) answerReady(w http.ResponseWriter, _ *http.Request) {
	if !m.ready.Load() {
		http.Error(w, "Outrider is starting or stopping.", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "Outrider is ready.")
}

// answerReload is for this machine only, unless web_config says who may come from elsewhere.
func (m *Monitor) answerReload(w http.ResponseWriter, r *http.Request) {
	if !m.Allowed(r) {
		http.Error(w, "a reload can be asked for on this machine only, unless web_config is set", http.StatusForbidden)
		return
	}
	if err := m.Reload(); err != nil {
		http.Error(w, "the configuration in use stays:\n"+err.Error(), http.StatusUnprocessableEntity)
		return
	}
	fmt.Fprintln(w, "The configuration was loaded.")
}

// Allowed implements [web.Actions]: whoever web_config lets in, and without it, this machine.
func (m *Monitor) Allowed(r *http.Request) bool {
	c := m.plan.Load().config
	return c.WebConfig != "" || local(r) && named(r.Host, c)
}

// named reports whether a host is one that we are called by. Another name that leads here is that of a page which made
// its own name resolve to this machine, to pass for one of ours.
func named(host string, c *Config) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if ip := net.ParseIP(strings.Trim(host, "[]")); ip != nil || strings.EqualFold(host, "localhost") {
		return true
	}
	external, err := url.Parse(c.ExternalURL)
	listen, _, _ := net.SplitHostPort(c.Listen)
	return err == nil && strings.EqualFold(host, external.Hostname()) || strings.EqualFold(host, listen)
}

// local reports whether the request comes from this machine, directly.
func local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
