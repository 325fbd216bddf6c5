package httpcall_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

// run runs a journey of these steps, written in YAML, in a folder with these files.
func run(t *testing.T, steps string, files map[string]string) probes.Result {
	t.Helper()
	return runBy(t, probes.NewRunner(probes.Options{
		Drivers: []probes.Driver{httpcall.New()}, UserAgent: "Outrider/1.0",
		Env: func(string) (string, bool) { return "hunter2-secret", true },
	}), steps, files)
}

func runBy(t *testing.T, r *probes.Runner, steps string, files map[string]string) probes.Result {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	source := "journey: test\nsecrets: {password: {env: PASSWORD}}\nsteps:\n" + steps
	list, err := format.Parse(filepath.Join(dir, "test.yaml"), []byte(source))
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	return r.Run(t.Context(), &list[0], probes.Request{})
}

// passes runs steps that must pass.
func passes(t *testing.T, steps string, files map[string]string) probes.Result {
	t.Helper()
	res := run(t, steps, files)
	if res.Outcome != probes.Passed {
		t.Errorf("%s: %v", res.Step, told(res))
	}
	return res
}

// fails runs steps that must fail for a reason, with these words in the message.
func fails(t *testing.T, reason probes.Reason, steps string, words ...string) probes.Result {
	t.Helper()
	res := run(t, steps, nil)
	if res.Failure == nil || res.Failure.Reason != reason {
		t.Errorf("got %v %s, want %s", res.Outcome, told(res), reason)
		return res
	}
	for _, word := range words {
		if !strings.Contains(res.Failure.Message, word) {
			t.Errorf("the message %q does not say %q", res.Failure.Message, word)
		}
	}
	return res
}

func told(res probes.Result) string {
	if res.Failure == nil {
		return ""
	}
	return fmt.Sprintf("%s (expected %s, got %s; %v)", res.Failure, res.Failure.Expected, res.Failure.Got, res.Failure.Err)
}

func replaceAll(text, from, to string) string { return strings.ReplaceAll(text, from, to) }

func longText() string { return strings.Repeat("x", 2000) }

// writeKeyPair writes cert.pem and key.pem.
func writeKeyPair(t *testing.T, dir string, pair *tls.Certificate) {
	t.Helper()
	writePEM(t, filepath.Join(dir, "cert.pem"), "CERTIFICATE", pair.Certificate[0])
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, "key.pem"), "PRIVATE KEY", key)
}
