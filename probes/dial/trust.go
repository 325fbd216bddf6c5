package dial

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Trust is how a step wants TLS to be spoken and certificates to be checked, evaluated. The zero value: as everybody
// does.
type Trust struct {
	CAFile, CertFile, KeyFile string
	ServerName                string
	Insecure                  bool
	MinVersion, MaxVersion    uint16
}

// TrustOf evaluates a step's settings.
func TrustOf(ctx context.Context, scope *journeys.Scope, want *journeys.TLS) (Trust, error) {
	t := Trust{
		Insecure: want.InsecureSkipVerify, MinVersion: version(want.MinVersion), MaxVersion: version(want.MaxVersion),
	}
	for _, text := range [...]struct {
		from *journeys.Template
		to   *string
	}{
		{&want.CAFile, &t.CAFile}, {&want.CertFile, &t.CertFile}, {&want.KeyFile, &t.KeyFile}, {&want.ServerName, &t.ServerName},
	} {
		var err error
		if *text.to, err = text.from.Text(ctx, scope); err != nil {
			return t, err
		}
	}
	return t, nil
}

// version is one of crypto/tls; 0 for none.
func version(name string) uint16 {
	switch name {
	case "TLS10":
		return tls.VersionTLS10
	case "TLS11":
		return tls.VersionTLS11
	case "TLS12":
		return tls.VersionTLS12
	case "TLS13":
		return tls.VersionTLS13
	}
	return 0
}

// Config gives the TLS configuration. A file that cannot be read is a fault of the monitor's. Relative names start
// at dir.
func (t Trust) Config(dir string) (*tls.Config, error) {
	c := &tls.Config{
		ServerName: t.ServerName, InsecureSkipVerify: t.Insecure, MinVersion: t.MinVersion, MaxVersion: t.MaxVersion,
	}
	if t.CAFile != "" {
		path := Beside(dir, t.CAFile)
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, Misconfigured("tls.ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, Misconfigured("tls.ca_file: %s holds no certificate in PEM", path)
		}
	}
	if t.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(Beside(dir, t.CertFile), Beside(dir, t.KeyFile))
		if err != nil {
			return nil, Misconfigured("tls.cert_file and tls.key_file: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// Beside gives a path that starts at dir, unless it is absolute.
func Beside(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// Misconfigured is a failure that lies with the journey's file or its surroundings.
func Misconfigured(format string, args ...any) *probes.Failure {
	err := fmt.Errorf(format, args...)
	return &probes.Failure{Reason: probes.Config, Message: err.Error(), Err: err}
}
