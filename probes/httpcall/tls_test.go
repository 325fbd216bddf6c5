package httpcall_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// authority signs certificates for one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	file string
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	a := &authority{file: filepath.Join(t.TempDir(), "ca.pem")}
	var der []byte
	der, a.key = sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test Authority"}, IsCA: true,
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(10 * 365 * 24 * time.Hour),
	}, nil)
	var err error
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	if err := os.WriteFile(a.file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

func sign(t testing.TB, c *x509.Certificate, by *authority) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parent, signer := c, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

// serveTLS serves with a certificate for 127.0.0.1, or for other names, valid from and until.
func (a *authority) serveTLS(t *testing.T, from, until time.Time, names ...string) *httptest.Server {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "shop"}, NotBefore: from, NotAfter: until,
		DNSNames: names, KeyUsage: x509.KeyUsageDigitalSignature,
	}
	if len(names) == 0 {
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	der, key := sign(t, c, a)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(w, "secure") }))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	srv.EnableHTTP2 = true
	srv.Config.ErrorLog = quiet()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv
}

func TestTLSFaultsSayWhatIsWrongWithTheCertificate(t *testing.T) {
	ca := newAuthority(t)
	now := time.Now()
	day := 24 * time.Hour
	trusting := func(url string) *journeys.Request {
		a := get(url)
		a.Route.TLS.CAFile = text(ca.file)
		return a
	}
	t.Run("unknown authority", func(t *testing.T) {
		srv := ca.serveTLS(t, now.Add(-day), now.Add(day))
		_, err := do(t, open(t), get(srv.URL))
		wantFailure(t, err, probes.TLS, "unknown authority", "Test Authority")
	})
	t.Run("expired", func(t *testing.T) {
		until := time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
		srv := ca.serveTLS(t, until.Add(-day), until)
		done, err := do(t, open(t), trusting(srv.URL))
		wantFailure(t, err, probes.TLS, "expired on 29 February 2024 12:00 UTC")
		if !done.HTTP.CertificateExpiry.Equal(until) {
			t.Errorf("the expiry of a refused certificate is measured too: %s", done.HTTP.CertificateExpiry)
		}
	})
	t.Run("not valid yet", func(t *testing.T) {
		srv := ca.serveTLS(t, now.Add(day), now.Add(2*day))
		_, err := do(t, open(t), trusting(srv.URL))
		wantFailure(t, err, probes.TLS, "not valid before")
	})
	t.Run("wrong name", func(t *testing.T) {
		srv := ca.serveTLS(t, now.Add(-day), now.Add(day), "shop.example", "www.shop.example")
		_, err := do(t, open(t), trusting(srv.URL))
		wantFailure(t, err, probes.TLS, "127.0.0.1", "shop.example, www.shop.example")
	})
	t.Run("plain HTTP", func(t *testing.T) {
		srv := serve(t, func(http.ResponseWriter, *http.Request) {})
		_, err := do(t, open(t), get("https"+srv.URL[len("http"):]))
		wantFailure(t, err, probes.TLS, "plain HTTP")
	})
	t.Run("the connection ends in the handshake", func(t *testing.T) {
		_, err := do(t, open(t), get("https://"+loopback.Serve(t, func(net.Conn) {})))
		wantFailure(t, err, probes.TLS, "handshake")
	})
	t.Run("no common version", func(t *testing.T) {
		srv := httptest.NewUnstartedServer(nil)
		srv.TLS = &tls.Config{MaxVersion: tls.VersionTLS11}
		srv.Config.ErrorLog = quiet()
		srv.StartTLS()
		defer srv.Close()
		_, err := do(t, open(t), get(srv.URL))
		wantFailure(t, err, probes.TLS)
	})
	t.Run("a certificate file that is not there is our fault, where it matters", func(t *testing.T) {
		a := get("https://127.0.0.1:1/")
		a.Route.TLS.CAFile = text("nothing.pem")
		_, err := do(t, open(t), a)
		wantFailure(t, err, probes.Config, "ca_file")
		srv := serve(t, echo)
		a.URL = text(srv.URL)
		mustDo(t, open(t), a)
	})
}

func TestTLSIsCheckedAsTheStepWants(t *testing.T) {
	ca := newAuthority(t)
	now := time.Now()
	until := now.Add(48 * time.Hour).Truncate(time.Second)
	srv := ca.serveTLS(t, now.Add(-time.Hour), until, "shop.example")
	s := open(t)
	named := get(srv.URL)
	named.Route.TLS = journeys.TLS{CAFile: text(ca.file), ServerName: text("shop.example")}
	done := mustDo(t, s, named)
	if !done.HTTP.CertificateExpiry.Equal(until) || done.HTTP.TLS <= 0 || done.HTTP.Proto != "HTTP/2.0" {
		t.Errorf("%+v", done.HTTP)
	}
	values := value(t, scope(t, s), "tls").(map[string]any)
	if left := values["days_left"].(float64); left < 1.9 || left > 2 {
		t.Errorf("%v days left", left)
	}
	blind := get(srv.URL)
	blind.Route.TLS.InsecureSkipVerify = true
	mustDo(t, s, blind)
	if _, err := do(t, s, get(srv.URL)); err == nil {
		t.Error("one step's trust is not the next one's")
	}
}
