package authority_test

import (
	"crypto/x509"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop/authority"
)

func verify(t *testing.T, caFile string, der []byte, name string, at time.Time) error {
	t.Helper()
	pem, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: name, CurrentTime: at})
	return err
}

func TestTheAuthorityOutlivesARestart(t *testing.T) {
	caFile := filepath.Join(t.TempDir(), "tls", "ca.pem")
	now := time.Now()
	first, err := authority.Issue(caFile, now)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(caFile)
	if err != nil {
		t.Fatal(err)
	}
	second, err := authority.Issue(caFile, now.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if after, err := os.ReadFile(caFile); err != nil || string(after) != string(before) {
		t.Errorf("the authority changed (error %v)", err)
	}
	for _, c := range []authority.Certificates{first, second} {
		if err := verify(t, caFile, c.Valid.Certificate[0], "localhost", now); err != nil {
			t.Errorf("the valid certificate: %v", err)
		}
		if err := verify(t, caFile, c.Expired.Certificate[0], "localhost", now); err == nil {
			t.Error("the expired certificate is valid")
		}
		if err := verify(t, caFile, c.Valid.Certificate[0], "bank.example", now); err == nil {
			t.Error("the certificate is good for another name")
		}
	}
	if info, err := os.Stat(filepath.Join(filepath.Dir(caFile), "ca-key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, error %v", info, err)
	}
}

func TestABrokenOrOldAuthorityIsReplaced(t *testing.T) {
	caFile := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(caFile, []byte("not a certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, at := range []time.Time{now, now.Add(2 * 365 * 24 * time.Hour)} {
		c, err := authority.Issue(caFile, at)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(t, caFile, c.Valid.Certificate[0], "localhost", at); err != nil {
			t.Errorf("at %v: %v", at, err)
		}
	}
}

func TestAPlaceThatCannotBeWrittenIsAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := authority.Issue(filepath.Join(file, "ca.pem"), time.Now()); err == nil {
		t.Error("no error")
	}
}
