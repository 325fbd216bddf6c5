package format

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/expression"
)

// oneTimeCode gives the code that an authenticator shows now (RFC 6238), of a secret as sites show it: in base32, or
// as the otpauth:// address that stands in their QR code, which says its digits, period and algorithm itself.
func oneTimeCode(_ context.Context, _ expression.Env, args []any) (any, error) {
	text, ok := args[0].(string)
	if !ok {
		return nil, errors.New("want the authenticator's secret as a text")
	}
	a, err := readAuthenticator(text)
	if err != nil {
		return nil, err
	}
	return a.code(time.Now()), nil
}

// authenticator is what makes codes. Its errors never show the secret.
type authenticator struct {
	key    []byte
	hash   func() hash.Hash
	digits int
	period int64
}

func readAuthenticator(text string) (authenticator, error) {
	a := authenticator{hash: sha1.New, digits: 6, period: 30}
	secret := strings.TrimSpace(text)
	if strings.HasPrefix(secret, "otpauth:") {
		u, err := url.Parse(secret)
		if err != nil || u.Host != "totp" {
			return a, errors.New("the otpauth address is not one of type totp")
		}
		if secret, err = a.read(u.Query()); err != nil {
			return a, err
		}
	}
	secret = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "=", "").Replace(secret))
	var err error
	if a.key, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret); err != nil || len(a.key) == 0 {
		return a, errors.New("the authenticator's secret is not in base32 (A-Z, 2-7)")
	}
	return a, nil
}

// read takes the parameters of an otpauth address and gives its secret.
func (a *authenticator) read(q url.Values) (secret string, err error) {
	switch name := strings.ToUpper(q.Get("algorithm")); name {
	case "", "SHA1":
	case "SHA256":
		a.hash = sha256.New
	case "SHA512":
		a.hash = sha512.New
	default:
		return "", fmt.Errorf("unknown algorithm %q in the otpauth address", name)
	}
	if text := q.Get("digits"); text != "" {
		if a.digits, err = strconv.Atoi(text); err != nil || a.digits < 6 || a.digits > 8 {
			return "", fmt.Errorf("want 6 to 8 digits in the otpauth address, got %q", text)
		}
	}
	if text := q.Get("period"); text != "" {
		if a.period, err = strconv.ParseInt(text, 10, 64); err != nil || a.period < 1 || a.period > 3600 {
			return "", fmt.Errorf("want a period of 1 to 3600 seconds in the otpauth address, got %q", text)
		}
	}
	return q.Get("secret"), nil
}

// code is the code at a time: RFC 4226's truncation of the hash of the number of the period.
func (a authenticator) code(at time.Time) string {
	mac := hmac.New(a.hash, a.key)
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/a.period)
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	number := binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff
	whole := fmt.Sprintf("%010d", number)
	return whole[len(whole)-a.digits:]
}
