package format

import (
	"encoding/base32"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// The vectors of RFC 6238, appendix B.
func TestCodesAreThoseOfTheStandard(t *testing.T) {
	keys := map[string]string{
		"SHA1": "12345678901234567890", "SHA256": "12345678901234567890123456789012",
		"SHA512": "1234567890123456789012345678901234567890123456789012345678901234",
	}
	for _, c := range []struct {
		at        int64
		algorithm string
		want      string
	}{
		{59, "SHA1", "94287082"}, {59, "SHA256", "46119246"}, {59, "SHA512", "90693936"},
		{1111111109, "SHA1", "07081804"}, {1234567890, "SHA256", "91819424"}, {20000000000, "SHA512", "47863826"}, {20000000000, "SHA1", "65353130"},
	} {
		secret := base32.StdEncoding.EncodeToString([]byte(keys[c.algorithm]))
		a, err := readAuthenticator("otpauth://totp/Shop:ada?secret=" + secret + "&digits=8&algorithm=" + c.algorithm)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.code(time.Unix(c.at, 0)); got != c.want {
			t.Errorf("%s at %d: got %s, want %s", c.algorithm, c.at, got, c.want)
		}
	}
}

func TestACodeChangesWithItsPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v := parseOne(t, "see: A\nexpect: totp(vars.n) == vars.shop").Expect[0]
		holds := func(code string) bool {
			return v.Check(t.Context(), &journeys.Scope{Vars: map[string]any{"n": "gezd gnbv-gy3tqojq gezdgnbvgy3tqojq", "shop": code}}).Holds
		}
		const at2000 = "795445" // of the key of the RFC, at the time that a bubble begins with
		if !holds(at2000) {
			a, _ := readAuthenticator("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
			t.Fatalf("the code is not %s but %s", at2000, a.code(time.Now()))
		}
		time.Sleep(30 * time.Second)
		if holds(at2000) {
			t.Error("the code has not changed")
		}
	})
}

func TestAWrongSecretIsNotShown(t *testing.T) {
	for _, secret := range []string{"not base32!", "", "otpauth://hotp/x?secret=GEZDGNBV", "otpauth://totp/x?secret=GEZDGNBV&digits=99", "otpauth://totp/x?secret=GEZDGNBV&algorithm=MD5"} {
		if _, err := readAuthenticator(secret); err == nil {
			t.Errorf("%q was taken for a secret", secret)
		} else if secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the message shows it: %v", err)
		}
	}
}
