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
		certificateDates(f, certificateOf(host, invalid.Cert, leaf), invalid.Cert)
	case errors.As(err, &invalid) && invalid.Reason == x509.IncompatibleUsage:
		f.Message = fmt.Sprintf("the certificate of %s is not made for servers", host)
		f.Expected, f.Got = "a certificate for servers", "one for another use"
	case errors.As(err, &hostname):
		names := strings.Join(certificateNames(hostname.Certificate), ", ")
		f.Message = fmt.Sprintf("the certificate of %s is not for this name but for %s", host, names)
		f.Expected, f.Got = "a certificate for "+hostname.Host, "one for "+names
	case errors.As(err, &unknown) && leaf != nil:
		unknownAuthority(f, host, err.UnverifiedCertificates)
	default:
		f.Message = fmt.Sprintf("the certificate of %s is refused: %s", host, err.Err)
		f.Got = err.Err.Error()
	}
}

// unknownAuthority says why no way leads from the server's certificate to an authority that we trust. The standard library
// tries the certificates that the server sent, and says of one that it could not use that the authority is unknown.
func unknownAuthority(f *probes.Failure, host string, sent []*x509.Certificate) {
	leaf, top, now := sent[0], sent[len(sent)-1], time.Now()
	for i, c := range sent {
		switch {
		case now.After(c.NotAfter) || now.Before(c.NotBefore):
			certificateDates(f, certificateOf(host, c, leaf), c)
			return
		case i > 0 && !c.IsCA:
			f.Message = fmt.Sprintf("the certificate of %s is signed by one that may not sign: %s", host, c.Subject)
			f.Expected, f.Got = "an authority's signature", "that of "+c.Subject.String()
			return
		case weak(c) && c.Issuer.String() != c.Subject.String():
			f.Message = fmt.Sprintf("the certificate %s of %s is signed with %s, which nobody trusts any more", c.Subject, host, c.SignatureAlgorithm)
			f.Expected, f.Got = "a signature that is hard to forge", c.SignatureAlgorithm.String()
			return
		}
	}
	f.Message = fmt.Sprintf("the certificate of %s is signed by an unknown authority: %s", host, top.Issuer)
	f.Expected, f.Got = "a known authority", top.Issuer.String()
	switch {
	case leaf.Issuer.String() == leaf.Subject.String():
		f.Message = fmt.Sprintf("the certificate of %s is signed by itself: %s", host, leaf.Subject)
	case len(sent) == 1:
		f.Message += "; the server sends no certificate but its own: perhaps it leaves out an intermediate"
	}
}

// certificateOf names the server's own certificate, or another of its chain.
func certificateOf(host string, c, leaf *x509.Certificate) string {
	if leaf == nil || c.Equal(leaf) {
		return "the certificate of " + host
	}
	return fmt.Sprintf("%s in the certificate chain of %s", c.Subject, host)
}

// weak reports whether the signature is of a kind that can be forged.
func weak(c *x509.Certificate) bool {
	switch c.SignatureAlgorithm {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

// certificateDates says of a certificate, named by whose it is, that it is not valid now.
func certificateDates(f *probes.Failure, whose string, c *x509.Certificate) {
	const layout = "2 January 2006 15:04 MST"
	now := time.Now()
	switch {
	case now.After(c.NotAfter):
		f.Message = fmt.Sprintf("%s expired on %s", whose, c.NotAfter.UTC().Format(layout))
		f.Got = "expired " + c.NotAfter.UTC().Format(time.RFC3339)
	default:
		f.Message = fmt.Sprintf("%s is not valid before %s", whose, c.NotBefore.UTC().Format(layout))
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
