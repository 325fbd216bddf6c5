// Package authority is the example shop's own certificate authority.
//
// It is no authority for anything real. Its one rule: it vouches for this machine's names and for nothing
// else, whoever comes to trust it.
package authority

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop/atomicfile"
)

const (
	year       = 365 * 24 * time.Hour
	caLifetime = 2 * year
)

// Certificates are two for localhost, by the same authority.
type Certificates struct{ Valid, Expired *tls.Certificate }

// Issue makes them at a moment. The authority comes from caFile, and its key from beside it, when they are there and
// will do; otherwise a new one is written there. An empty caFile writes nothing.
func Issue(caFile string, now time.Time) (Certificates, error) {
	ca, err := load(caFile, now)
	if err != nil {
		ca, err = create(now)
		if err == nil {
			err = ca.save(caFile)
		}
	}
	if err != nil {
		return Certificates{}, fmt.Errorf("making a certificate authority: %w", err)
	}
	var c Certificates
	if c.Valid, err = ca.issue(now.Add(-time.Hour), now.Add(year)); err == nil {
		c.Expired, err = ca.issue(now.Add(-60*24*time.Hour), now.Add(-24*time.Hour))
	}
	if err != nil {
		return Certificates{}, fmt.Errorf("issuing the certificate: %w", err)
	}
	return c, nil
}

type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// create makes an authority that can vouch for this machine's own names only, whoever comes to trust it.
func create(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:                serial,
		Subject:                     pkix.Name{CommonName: "Basil & Bike demo authority"},
		NotBefore:                   now.Add(-year),
		NotAfter:                    now.Add(caLifetime),
		IsCA:                        true,
		BasicConstraintsValid:       true,
		MaxPathLenZero:              true,
		KeyUsage:                    x509.KeyUsageCertSign,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         []string{"localhost"},
		PermittedIPRanges:           []*net.IPNet{{IP: net.IPv4(127, 0, 0, 0).To4(), Mask: net.CIDRMask(8, 32)}},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &authority{cert, key}, err
}

// load reads an authority back; any error means that a new one is needed.
func load(caFile string, now time.Time) (*authority, error) {
	if caFile == "" {
		return nil, fs.ErrNotExist
	}
	pair, err := tls.LoadX509KeyPair(caFile, keyFile(caFile))
	if err != nil {
		return nil, err
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok || !pair.Leaf.IsCA || now.Add(caLifetime/4).After(pair.Leaf.NotAfter) {
		return nil, errors.New("not an authority of the shop, or too old")
	}
	return &authority{pair.Leaf, key}, nil
}

func (a *authority) save(caFile string) error {
	if caFile == "" {
		return nil
	}
	key, err := x509.MarshalPKCS8PrivateKey(a.key)
	if err != nil {
		return err
	}
	err = atomicfile.Write(keyFile(caFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600)
	if err != nil {
		return err
	}
	return atomicfile.Write(caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o644)
}

func (a *authority) issue(from, to time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(from.UnixNano()),
		Subject:      pkix.Name{CommonName: "localhost"},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:    from,
		NotAfter:     to,
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

// keyFile is where the authority's key lies: ca.pem has ca-key.pem beside it.
func keyFile(caFile string) string {
	ext := filepath.Ext(caFile)
	return strings.TrimSuffix(caFile, ext) + "-key" + ext
}
