package dial

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// certificateFailure names what is wrong with the certificate, with its names and dates.
func (a *Attempt) certificateFailure(f *probes.Failure, host string, err *tls.CertificateVerificationError) {
	var leaf *x509.Certificate
	if len(err.UnverifiedCertificates) > 0 {
		leaf = err.UnverifiedCertificates[0]
		a.Expiry = earliest(err.UnverifiedCertificates)
	}
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var hostname x509.HostnameError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		certificateDates(f, host, invalid.Cert)
	case errors.As(err, &hostname):
		names := strings.Join(certificateNames(hostname.Certificate), ", ")
		f.Message = fmt.Sprintf("the certificate of %s is not for this name but for %s", host, names)
		f.Expected, f.Got = "a certificate for "+hostname.Host, "one for "+names
	case errors.As(err, &unknown) && leaf != nil:
		f.Message = fmt.Sprintf("the certificate of %s is signed by an unknown authority: %s", host, leaf.Issuer)
		f.Expected, f.Got = "a known authority", leaf.Issuer.String()
	default:
		f.Message = fmt.Sprintf("the certificate of %s is refused: %s", host, err.Err)
		f.Got = err.Err.Error()
	}
}

func certificateDates(f *probes.Failure, host string, c *x509.Certificate) {
	const layout = "2 January 2006 15:04 MST"
	now := time.Now()
	switch {
	case now.After(c.NotAfter):
		f.Message = fmt.Sprintf("the certificate of %s expired on %s", host, c.NotAfter.UTC().Format(layout))
		f.Got = "expired " + c.NotAfter.UTC().Format(time.RFC3339)
	default:
		f.Message = fmt.Sprintf("the certificate of %s is not valid before %s", host, c.NotBefore.UTC().Format(layout))
		f.Got = "valid from " + c.NotBefore.UTC().Format(time.RFC3339)
	}
	f.Expected = "a certificate that is valid now"
}

func certificateNames(c *x509.Certificate) []string {
	if c == nil {
		return []string{"nobody"}
	}
	names := append([]string(nil), c.DNSNames...)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		names = append(names, c.Subject.String())
	}
	return names[:min(len(names), 5)]
}

// EarliestExpiry is when the first certificate of the chain in use expires.
func EarliestExpiry(state *tls.ConnectionState) time.Time {
	if len(state.VerifiedChains) == 0 {
		return earliest(state.PeerCertificates)
	}
	// Of several chains the one that lasts longest counts: clients use it when the others have expired.
	var latest time.Time
	for _, chain := range state.VerifiedChains {
		if expiry := earliest(chain); expiry.After(latest) {
			latest = expiry
		}
	}
	return latest
}

func earliest(chain []*x509.Certificate) time.Time {
	var expiry time.Time
	for _, c := range chain {
		if expiry.IsZero() || c.NotAfter.Before(expiry) {
			expiry = c.NotAfter
		}
	}
	return expiry.UTC()
}

// TLSNames gives the version and the cipher suite as people write them.
func TLSNames(state *tls.ConnectionState) (version, cipher string) {
	return tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite)
}

// TLSValues is what expressions see of a connection: version, cipher, expiry (of the chain's certificate that expires
// first), days_left, and of the server's own certificate issuer, subject, names, not_before, key and signature.
func TLSValues(state *tls.ConnectionState) map[string]any {
	expiry := EarliestExpiry(state)
	version, cipher := TLSNames(state)
	values := map[string]any{
		"version": version, "cipher": cipher,
		"expiry": expiry.Format(time.RFC3339), "days_left": time.Until(expiry).Hours() / 24,
	}
	if len(state.PeerCertificates) == 0 {
		return values
	}
	leaf := state.PeerCertificates[0]
	names := make([]any, 0, len(leaf.DNSNames)+len(leaf.IPAddresses))
	for _, name := range leaf.DNSNames {
		names = append(names, name)
	}
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	values["issuer"], values["subject"], values["names"] = leaf.Issuer.String(), leaf.Subject.String(), names
	values["not_before"] = leaf.NotBefore.UTC().Format(time.RFC3339)
	values["key"], values["signature"] = keyName(leaf), leaf.SignatureAlgorithm.String()
	return values
}

// keyName writes a key's kind and size, such as RSA 2048 or ECDSA 256.
func keyName(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA %d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return fmt.Sprintf("ECDSA %d", key.Curve.Params().BitSize)
	}
	return c.PublicKeyAlgorithm.String()
}
