package monitor

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// handler is everything that is served: what machines ask, and the site for people.
func (m *Monitor) handler(site http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", m.metrics)
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
	return http.NewCrossOriginProtection().Handler(m.ownNames(mux))
}

// ownNames answers what is read only under a name that a page elsewhere cannot have made lead here (DNS rebinding): its
// scripts would pass for ours and read everything. Whoever comes with a password, or over our TLS, has asked for us. That we
// are alive anybody may know.
func (m *Monitor) ownNames(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := m.plan.Load().config
		reads := r.Method == http.MethodGet || r.Method == http.MethodHead
		alive := r.URL.Path == "/-/healthy" || r.URL.Path == "/-/ready"
		if reads && !alive && c.WebConfig == "" && !trusted(r.Host, c) {
			http.Error(w, "this monitor is not called that: set external_url to the name by which people reach it, or web_config", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// trusted reports whether a host is one that we are called by, or one that nobody on the internet can have: a name of one
// word, as containers have, or one below a domain that is kept for private use (RFC 6762, RFC 8375, ICANN's .internal).
func trusted(host string, c *Config) bool {
	if host == "" || named(host, c) {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return !strings.Contains(host, ".") || strings.EqualFold(host, hostname()) ||
		slices.ContainsFunc([]string{".localhost", ".local", ".internal", ".home.arpa"}, func(kept string) bool { return strings.HasSuffix(host, kept) })
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
