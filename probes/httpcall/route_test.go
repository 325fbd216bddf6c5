package httpcall_test

import (
	"bytes"
	"compress/gzip"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
	"github.com/quic-go/quic-go/http3"

	"github.com/outrider-monitor/outrider/probes"
)

// hello answers with what it knows of the request.
func hello(w http.ResponseWriter, r *http.Request) {
	who := ""
	if r.TLS != nil && len(r.TLS.PeerCertificates) > 0 {
		who = r.TLS.PeerCertificates[0].Subject.CommonName
	}
	fmt.Fprintf(w, `{"proto": %q, "host": %q, "who": %q, "path": %q}`, r.Proto, r.Host, who, r.URL.Path)
}

func TestARequestGoesTheWayItsStepSays(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	srv.Config.Protocols = new(http.Protocols)
	srv.Config.Protocols.SetHTTP1(true)
	srv.Config.Protocols.SetUnencryptedHTTP2(true)
	srv.Start()
	t.Cleanup(srv.Close)
	_, port, _ := net.SplitHostPort(srv.Listener.Addr().String())
	useNames(t)
	passes(t, at(`
  - get: http://shop.invalid/menu
    resolve: 127.0.0.1:BIN
    expect: json.host == "shop.invalid" and remote_addr == "127.0.0.1:BIN" and timing.resolve == 0
  - get: http://shop.invalid:BIN/menu
    resolve: 127.0.0.1
    expect: json.path == "/menu"
  - get: http://both.test:BIN/
    ip: 4
    http: 1.1
    expect: json.proto == "HTTP/1.1"
  - get: http://localhost:BIN/
    http: 2
    expect: json.proto == "HTTP/2.0" and proto == "HTTP/2.0"
`, port), nil)
	fails(t, probes.DNS, at("  - get: http://127.0.0.1:BIN/\n    ip: 6\n", port), "no address of the family")
	fails(t, probes.Config, at("  - get: http://127.0.0.1:BIN/\n    http: 3\n", port), "https URLs only")
	res := fails(t, probes.Connect, at("  - get: http://both.test:BIN/\n    ip: both\n    expect: status == 200\n", port), "over IPv6: ", "refuses connections")
	if steps := res.Last().Steps; steps[0].HTTP.RemoteAddr != "[::1]:"+port {
		t.Errorf("%+v", steps[0].HTTP)
	}
}

func TestBothFamiliesMustKeepThePromise(t *testing.T) {
	four, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(four.Addr().String())
	six, err := net.Listen("tcp6", "[::1]:"+port)
	if err != nil {
		t.Fatal(err)
	}
	var broken atomic.Bool
	for _, l := range []net.Listener{four, six} {
		srv := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() && strings.Contains(r.Context().Value(http.LocalAddrContextKey).(net.Addr).String(), "::1") {
				w.WriteHeader(http.StatusBadGateway)
			}
		})}}
		srv.Start()
		t.Cleanup(srv.Close)
	}
	useNames(t)
	steps := at("  - get: http://both.test:BIN/\n    ip: both\n    expect: status == 200\n", port)
	passes(t, steps, nil)
	broken.Store(true)
	fails(t, probes.Status, steps, "over IPv6: expected status == 200, but status is 502")
}

func TestAProxyIsUsedWhereTheStepNamesOne(t *testing.T) {
	secure, ca := secureServer(t)
	var asked atomic.Value
	forward := &httputil.ReverseProxy{Rewrite: func(*httputil.ProxyRequest) {}}
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r.Method + " " + r.RequestURI + " " + r.Header.Get("Proxy-Authorization"))
		if r.Method != http.MethodConnect {
			forward.ServeHTTP(w, r)
			return
		}
		if r.Header.Get("Proxy-Authorization") == "" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		tunnel(w, r)
	})
	plain := serve(t, hello)
	steps := func(url, proxy string) string {
		return "  - get: " + url + "\n    proxy: " + proxy + "\n    tls: {ca_file: " + ca + "}\n"
	}
	passes(t, steps(plain.URL, proxy.URL), nil)
	if got, _ := asked.Load().(string); got != "GET "+plain.URL+"/ " {
		t.Errorf("the proxy was asked for %q", got)
	}
	known := strings.Replace(proxy.URL, "http://", "http://ada:${{ secrets.password }}@", 1)
	passes(t, steps(secure.URL, known), nil)
	if got, _ := asked.Load().(string); !strings.HasPrefix(got, "CONNECT "+strings.TrimPrefix(secure.URL, "https://")+" Basic ") {
		t.Errorf("the proxy was asked for %q", got)
	}
	fails(t, probes.Connect, steps(secure.URL, proxy.URL), "Proxy Authentication Required")
	fails(t, probes.Connect, steps(secure.URL, "http://127.0.0.1:1"), "the proxy did not connect", "connection refused")
}

func tunnel(w http.ResponseWriter, r *http.Request) {
	out, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer out.Close()
	w.WriteHeader(http.StatusOK)
	in, buffered, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	defer in.Close()
	done := make(chan bool)
	go func() { _, _ = io.Copy(out, buffered); out.Close(); close(done) }()
	_, _ = io.Copy(in, out)
	in.Close()
	<-done
}

// secureServer serves by a certificate of an authority whose file it gives, in HTTP/1.1 and 2.
func secureServer(t *testing.T) (*httptest.Server, string) {
	t.Helper()
	ca := newAuthority(t)
	return ca.serveTLS(t, time.Now().Add(-time.Hour), time.Now().Add(48*time.Hour)), ca.file
}

func TestAClientShowsItsCertificate(t *testing.T) {
	ca := newAuthority(t)
	dir := t.TempDir()
	der, key := sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(3), Subject: pkix.Name{CommonName: "outrider"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, ca)
	writePEM(t, filepath.Join(dir, "client.pem"), "CERTIFICATE", der)
	encoded, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, "client-key.pem"), "EC PRIVATE KEY", encoded)
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	srv := ca.serveTLS(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	srv.Config.Handler = http.HandlerFunc(hello)
	srv.TLS.ClientAuth, srv.TLS.ClientCAs = tls.RequireAndVerifyClientCert, pool
	steps := func(more string) string {
		return "  - get: " + srv.URL + "\n    tls: {ca_file: " + ca.file + more + "}\n    expect: json.who == \"outrider\"\n"
	}
	files := ", cert_file: " + filepath.Join(dir, "client.pem") + ", key_file: " + filepath.Join(dir, "client-key.pem")
	passes(t, steps(files), nil)
	// TLS 1.3 lets us believe that all is well until we read.
	fails(t, probes.TLS, steps(", max_version: TLS12"), "127.0.0.1 refuses the TLS connection")
	fails(t, probes.Config, steps(", cert_file: none.pem, key_file: none.pem"), "none.pem")
}

func writePEM(t testing.TB, name, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTheVersionOfHTTPIsTheOneAskedFor(t *testing.T) {
	srv, ca := secureServer(t)
	steps := func(url, version string) string {
		return "  - get: " + url + "\n    tls: {ca_file: " + ca + "}\n    http: " + version + "\n    expect: status == 200 and tls.days_left > 0\n"
	}
	passes(t, steps(srv.URL, "1.1"), nil)
	res := passes(t, steps(srv.URL, "2"), nil)
	if http := res.Last().Steps[0].HTTP; http.Proto != "HTTP/2.0" || http.TLSVersion != "TLS 1.3" || http.Cipher == "" {
		t.Errorf("%+v", http)
	}
	old := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	old.TLS = &tls.Config{Certificates: srv.TLS.Certificates}
	old.StartTLS()
	t.Cleanup(old.Close)
	fails(t, probes.Assertion, steps(old.URL, "2"), "wanted HTTP/2")

	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	quic := &http3.Server{Handler: http.HandlerFunc(hello), TLSConfig: http3.ConfigureTLSConfig(&tls.Config{Certificates: srv.TLS.Certificates})}
	ended := make(chan bool)
	go func() { _ = quic.Serve(packets); close(ended) }()
	t.Cleanup(func() { _ = quic.Close(); packets.Close(); <-ended })
	three := "https://" + packets.LocalAddr().String()
	res = passes(t, steps(three, "3")+"      \n  - get: "+three+"/again\n    tls: {ca_file: "+ca+"}\n    http: 3\n    expect: json.proto == \"HTTP/3.0\" and proto == \"HTTP/3.0\"\n", nil)
	if http := res.Last().Steps[0].HTTP; http.Connect <= 0 || http.TLS <= 0 || http.CertificateExpiry.IsZero() || http.RemoteAddr != packets.LocalAddr().String() {
		t.Errorf("%+v", http)
	}
	fails(t, probes.TLS, "  - get: "+three+"\n    http: 3\n", "unknown authority")
	silent, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	fails(t, probes.Timeout, "  - get: https://"+silent.LocalAddr().String()+"\n    http: 3\n    timeout: 200ms\n", "waited")
}

func TestARedirectOffTLSIsFollowedOnlyWhereAllowed(t *testing.T) {
	plain := serve(t, hello)
	srv, ca := secureServer(t)
	srv.Config.Handler = http.RedirectHandler(plain.URL, http.StatusFound)
	step := "  - get: " + srv.URL + "\n    tls: {ca_file: " + ca + "}\n"
	fails(t, probes.Navigation, step, "from https to http")
	res := passes(t, step+"    redirects: {allow_http: true}\n    expect: redirects[0].url startsWith \"https\" and url startsWith \"http:\"\n", nil)
	if hops := res.Last().Steps[0].HTTP.Hops; len(hops) != 1 || hops[0].CertificateExpiry.IsZero() || hops[0].TLS <= 0 {
		t.Errorf("%+v", hops)
	}
}

func TestCompressedBodiesAreReadAndBounded(t *testing.T) {
	pack := map[string]func(io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"br":   func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z },
	}
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		name := strings.Trim(r.URL.Path, "/")
		asked := r.Header.Get("Accept-Encoding")
		w.Header().Set("Content-Encoding", asked)
		var text bytes.Buffer
		z := pack[asked](&text)
		switch name {
		case "bomb":
			chunk := make([]byte, 1<<20)
			for range 11 {
				_, _ = z.Write(chunk)
			}
		default:
			_, _ = io.WriteString(z, strings.Repeat("hello ", 1000))
		}
		_ = z.Close()
		switch name {
		case "cut":
			text.Truncate(text.Len() - 6)
		case "damaged":
			text.Bytes()[text.Len()/2] ^= 0xff
		case "lie":
			text.Reset()
			text.WriteString("plain text, not compressed at all")
		case "other":
			w.Header().Set("Content-Encoding", "lzma")
		}
		_, _ = w.Write(text.Bytes())
	})
	for encoding := range pack {
		step := func(path string) string {
			return at("  - get: BIN/"+path+"\n    compression: "+encoding+"\n    expect: size == 6000\n", srv.URL)
		}
		res := passes(t, step("fine"), nil)
		if http := res.Last().Steps[0].HTTP; http.BodyBytes != 6000 || http.WireBytes >= 600 || http.WireBytes == 0 {
			t.Errorf("%s: %+v", encoding, http)
		}
		fails(t, probes.Assertion, step("bomb"), "larger than the 10 MiB")
		fails(t, probes.Assertion, step("cut"), "is not the "+encoding)
		fails(t, probes.Assertion, step("lie"), "is not the "+encoding)
		fails(t, probes.Assertion, step("other"), `the encoding "lzma"`)
	}
	fails(t, probes.Assertion, at("  - get: BIN/damaged\n    expect: size == 6000\n", srv.URL), "is not the gzip")
}
