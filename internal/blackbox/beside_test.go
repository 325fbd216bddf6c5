package blackbox_test

import (
	"compress/gzip"
	"crypto/tls"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop/authority"
	"github.com/outrider-monitor/outrider/internal/blackbox"
	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
	"github.com/outrider-monitor/outrider/probes/netcall"
)

// modules are what blackbox_exporter is told; CA is the authority's file.
const modules = `
modules:
  plain: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4, tls_config: {ca_file: CA}}}
  strict: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4, tls_config: {}}}
  menu: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4, fail_if_body_not_matches_regexp: [Margherita]}}
  still: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4, no_follow_redirects: true, valid_status_codes: [302]}}
  post: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4, method: POST, headers: {Content-Type: application/json}, body: '{"a": 1}', valid_status_codes: [201]}}
  small: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4, body_size_limit: 100B}}
  login: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4, basic_auth: {username: ada, password: pw}}}
  gzip: {prober: http, timeout: 1s, http: {preferred_ip_protocol: ip4, compression: gzip, headers: {Accept-Encoding: gzip}, fail_if_body_not_matches_regexp: [Margherita]}}
  tcp: {prober: tcp, timeout: 1s, tcp: {preferred_ip_protocol: ip4, query_response: [{expect: "^220 ([^ ]+)", send: "EHLO ${1}"}, {expect: "^250 mail"}]}}
  tls: {prober: tcp, timeout: 1s, tcp: {preferred_ip_protocol: ip4, tls: true, tls_config: {ca_file: CA}}}
`

// shop is the target of both.
func shop(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/broken":
		w.WriteHeader(http.StatusInternalServerError)
	case "/moved":
		http.Redirect(w, r, "/menu", http.StatusFound)
	case "/circle":
		http.Redirect(w, r, "/circle", http.StatusFound)
	case "/slow":
		select {
		case <-r.Context().Done():
		case <-time.After(5 * time.Second):
		}
	case "/orders":
		if r.Method == http.MethodPost && r.Header.Get("Content-Type") == "application/json" {
			w.WriteHeader(http.StatusCreated)
		}
	case "/login":
		if user, password, _ := r.BasicAuth(); user != "ada" || password != "pw" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	case "/zipped":
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = z.Write([]byte("Margherita"))
		_ = z.Close()
	case "/large":
		_, _ = w.Write(make([]byte, 5000))
	case "/cut":
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("Margherita"))
	default:
		_, _ = w.Write([]byte("Margherita, Diavola"))
	}
}

// pair is one target, for both.
type pair struct{ module, target, steps string }

func TestOurVerdictsAndPhasesAreThoseOfBlackboxExporter(t *testing.T) {
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	certificates, err := authority.Issue(ca, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	exporter := blackbox.Start(t, strings.ReplaceAll(modules, "CA", ca))
	plain := httptest.NewServer(http.HandlerFunc(shop))
	t.Cleanup(plain.Close)
	secure, expired := inTLS(t, certificates.Valid), inTLS(t, certificates.Expired)
	mail := greeter(t)
	get := func(module, path, more string) pair {
		return pair{module, plain.URL + path, "get: " + plain.URL + path + more}
	}
	trusting := "\n    tls: {ca_file: " + ca + "}"
	for _, p := range []pair{
		get("plain", "/menu", ""), get("plain", "/broken", ""), get("plain", "/moved", ""), get("plain", "/circle", ""),
		get("plain", "/slow", ""), get("plain", "/cut", "\n    expect: body contains \"Margherita\""),
		get("menu", "/menu", "\n    expect: body contains \"Margherita\""), get("menu", "/large", "\n    expect: body contains \"Margherita\""),
		get("still", "/moved", "\n    redirects: 0\n    expect: status == 302"), get("still", "/menu", "\n    redirects: 0\n    expect: status == 302"),
		get("small", "/large", "\n    max_body: 100B"), get("small", "/menu", "\n    max_body: 100B"),
		get("login", "/login", "\n    auth: {basic: {username: ada, password: pw}}"), get("plain", "/login", ""),
		get("gzip", "/zipped", "\n    expect: body contains \"Margherita\""),
		{"post", plain.URL + "/orders", "post: " + plain.URL + "/orders\n    json: {a: 1}\n    expect: status == 201"},
		{"plain", secure + "/menu", "get: " + secure + "/menu" + trusting}, {"strict", secure + "/menu", "get: " + secure + "/menu"},
		{"plain", expired + "/menu", "get: " + expired + "/menu" + trusting},
		{"plain", "http://127.0.0.1:1/", "get: http://127.0.0.1:1/"}, {"plain", "http://nowhere.invalid/", "get: http://nowhere.invalid/"},
		{"tcp", mail, "tcp: " + mail + "\n    query_response: [{expect: \"^220 ([^ ]+)\", send: \"EHLO ${1}\"}, {expect: ^250 mail}]"},
		{"tls", strings.TrimPrefix(secure, "https://"), "tls: {address: \"" + strings.TrimPrefix(secure, "https://") + "\", ca_file: " + ca + "}"},
		{"tls", strings.TrimPrefix(expired, "https://"), "tls: {address: \"" + strings.TrimPrefix(expired, "https://") + "\", ca_file: " + ca + "}"},
	} {
		t.Run(p.module+" "+p.target, func(t *testing.T) { p.compare(t, exporter, dir) })
	}
}

func (p pair) compare(t *testing.T, exporter *blackbox.Exporter, dir string) {
	theirs, err := exporter.Probe(p.module, p.target)
	if err != nil {
		t.Fatal(err)
	}
	list, err := format.Parse(filepath.Join(dir, "pair.yaml"), []byte("journey: pair\nsteps:\n  - "+p.steps+"\n    timeout: 1s\n"))
	if err != nil {
		t.Fatal(err)
	}
	runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{httpcall.New(), netcall.New()}})
	res := runner.Run(t.Context(), &list[0], probes.Request{})
	if (theirs["probe_success"] == 1) != (res.Outcome == probes.Passed) {
		t.Fatalf("they say %v, we %v: %v", theirs["probe_success"] == 1, res.Outcome, res.Failure)
	}
	if res.Outcome == probes.Error {
		t.Fatalf("blamed on ourselves: %v", res.Failure)
	}
	step := res.Last().Steps[0].HTTP
	if status := theirs["probe_http_status_code"]; status != float64(step.Status) && res.Outcome == probes.Passed {
		t.Errorf("they saw the status %v, we %d", status, step.Status)
	}
	if expiry := theirs["probe_ssl_earliest_cert_expiry"]; expiry > 0 && expiry != float64(step.CertificateExpiry.Unix()) {
		t.Errorf("they saw the certificate end at %v, we at %s", expiry, step.CertificateExpiry)
	}
	if res.Outcome == probes.Passed && strings.HasPrefix(p.target, "http") {
		p.comparePhases(t, theirs, step)
	}
}

// comparePhases wants each phase where they have it. They add up those of all redirects.
func (p pair) comparePhases(t *testing.T, theirs map[string]float64, step *probes.HTTPInfo) {
	// They count a redirect that they do not follow, too.
	if got := theirs["probe_http_redirects"]; p.module != "still" && got != float64(step.Redirects) {
		t.Errorf("they followed %v redirects, we %d", got, step.Redirects)
	}
	ours := map[string]time.Duration{"connect": step.Connect, "tls": step.TLS, "processing": step.Processing}
	for _, hop := range step.Hops {
		ours["connect"] += hop.Connect
		ours["tls"] += hop.TLS
		ours["processing"] += hop.Processing
	}
	for phase, took := range ours {
		their := theirs[fmt.Sprintf("probe_http_duration_seconds{phase=%q}", phase)]
		if (their > 0) != (took > 0) || math.IsNaN(their) {
			t.Errorf("%s: they measured %vs, we %s", phase, their, took)
		}
	}
}

// inTLS serves the shop by a certificate for localhost.
func inTLS(t *testing.T, certificate *tls.Certificate) string {
	t.Helper()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(shop))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{*certificate}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	return "https://localhost:" + port
}

// greeter greets as mail servers do.
func greeter(t *testing.T) string {
	return loopback.Serve(t, func(conn net.Conn) {
		var said string
		fmt.Fprint(conn, "220 mail.example ESMTP\r\n")
		if _, err := fmt.Fscanln(conn, &said, &said); err == nil && said == "mail.example" {
			fmt.Fprint(conn, "250 mail.example\r\n")
		}
	})
}
