package httpcall_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
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

	"github.com/outrider-monitor/outrider/probes"
)

// link is a certificate of a chain with the key that signs the next.
type link struct {
	*x509.Certificate
	key crypto.Signer
}

// issue makes a certificate by an authority, or one that signs itself. change may be nil.
func issue(t *testing.T, name string, by *link, bits int, change func(*x509.Certificate)) *link {
	t.Helper()
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	if change != nil {
		change(c)
	}
	l := &link{}
	var err error
	if bits == 0 {
		l.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		l.key, err = rsa.GenerateKey(rand.Reader, bits)
	}
	if err != nil {
		t.Fatal(err)
	}
	if by == nil {
		by = &link{c, l.key}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by.Certificate, l.key.Public(), by.key)
	if err == nil {
		l.Certificate, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func anAuthority(c *x509.Certificate) { c.IsCA = true }

func here(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)} }

// serveChain serves with a certificate and what is sent after it.
func serveChain(t *testing.T, leaf *link, rest ...*link) string {
	t.Helper()
	chain := tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: leaf.key}
	for _, l := range rest {
		chain.Certificate = append(chain.Certificate, l.Raw)
	}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { say(w, "secure") }))
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{chain}}
	srv.Config.ErrorLog = quiet()
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv.URL
}

func TestEveryFaultOfACertificateChainIsSaid(t *testing.T) {
	old := func(c *x509.Certificate) {
		anAuthority(c)
		c.NotBefore, c.NotAfter = time.Date(2023, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 2, 29, 12, 0, 0, 0, time.UTC)
	}
	root := issue(t, "Root", nil, 0, anAuthority)
	rsaRoot := issue(t, "RSA Root", nil, 2048, anAuthority)
	middle := issue(t, "Middle", root, 0, anAuthority)
	leaf := issue(t, "shop", middle, 0, here)
	expired := issue(t, "Old Middle", root, 0, old)
	oldRoot := issue(t, "Old Root", nil, 0, old)
	sha1 := func(c *x509.Certificate) { here(c); c.SignatureAlgorithm = x509.SHA1WithRSA }
	small := issue(t, "shop", root, 1024, here)
	file := filepath.Join(t.TempDir(), "ca.pem")
	var trusted []byte
	for _, l := range []*link{root, rsaRoot, oldRoot} {
		trusted = append(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: l.Raw})...)
	}
	if err := os.WriteFile(file, trusted, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url   string
		words []string
	}{
		"whole":                          {serveChain(t, leaf, middle), nil},
		"without its intermediate":       {serveChain(t, leaf), []string{"unknown authority: CN=Middle; the server sends no certificate but its own: perhaps it leaves out an intermediate"}},
		"of an unknown authority":        {serveChain(t, leaf, issue(t, "Middle", issue(t, "Stranger", nil, 0, anAuthority), 0, anAuthority)), []string{"unknown authority: CN=Stranger"}},
		"signed by itself":               {serveChain(t, issue(t, "shop", nil, 0, here)), []string{"is signed by itself: CN=shop"}},
		"with an old intermediate":       {serveChain(t, issue(t, "shop", expired, 0, here), expired), []string{"CN=Old Middle in the certificate chain of 127.0.0.1 expired on 29 February 2024 12:00 UTC"}},
		"to a root that has ended":       {serveChain(t, issue(t, "shop", oldRoot, 0, here), oldRoot), []string{"CN=Old Root in the certificate chain of 127.0.0.1 expired on 29 February 2024 12:00 UTC"}},
		"signed weakly":                  {serveChain(t, issue(t, "shop", rsaRoot, 0, sha1)), []string{"CN=shop of 127.0.0.1 is signed with SHA1-RSA, which nobody trusts any more"}},
		"not made for servers":           {serveChain(t, issue(t, "shop", root, 0, func(c *x509.Certificate) { here(c); c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })), []string{"is not made for servers"}},
		"by one who may not sign":        {serveChain(t, issue(t, "sister", leaf, 0, here), leaf, middle), []string{"is signed by one that may not sign: CN=shop"}},
		"with nothing but a common name": {serveChain(t, issue(t, "127.0.0.1", root, 0, nil)), []string{"is not for this name but for CN=127.0.0.1"}},
	} {
		t.Run(name, func(t *testing.T) {
			a := get(c.url)
			a.Route.TLS.CAFile = text(file)
			_, err := do(t, open(t), a)
			if c.words == nil {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantFailure(t, err, probes.TLS, c.words...)
		})
	}
	// A key that is too short still works, in browsers too; a step can refuse it.
	fails(t, probes.Assertion, "  - get: "+serveChain(t, small)+"\n    tls: {ca_file: "+file+"}\n    expect: tls.key != \"RSA 1024\"\n", "RSA 1024")
}
