package format

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/google/uuid"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// functions are those that every expression may use.
func functions() []expression.Function {
	return []expression.Function{
		{Name: "uuid", Type: (func() string)(nil), Call: newUUID},
		{Name: "random_digits", Type: (func(int) string)(nil), Call: randomDigits},
		{Name: "match", Type: (func(string, string) string)(nil), Call: match, Prepare: preparePattern},
		{Name: "base64", Type: (func(string) string)(nil), Call: encodeBase64},
		{Name: "sha256", Type: (func(string) string)(nil), Call: hashSHA256},
		{Name: "totp", Type: (func(string) string)(nil), Call: oneTimeCode},
	}
}

// newUUID gives a random UUID (RFC 9562, version 4).
func newUUID(context.Context, expression.Env, []any) (any, error) {
	id, err := uuid.NewRandom()
	return id.String(), err
}

const mostDigits = 64

func randomDigits(_ context.Context, _ expression.Env, args []any) (any, error) {
	n, ok := args[0].(int)
	if !ok || n < 1 || n > mostDigits {
		return nil, fmt.Errorf("want a number of digits from 1 to %d, got %v", mostDigits, args[0])
	}
	const digits = "0123456789"
	text := make([]byte, 0, n)
	var random [1]byte
	for len(text) < n {
		if _, err := rand.Read(random[:]); err != nil {
			return nil, err
		}
		// 250 is the largest multiple of ten in a byte: all digits are equally likely.
		if random[0] < 250 {
			text = append(text, digits[random[0]%10])
		}
	}
	return string(text), nil
}

// preparePattern compiles a constant regular expression once.
func preparePattern(index int, constant any) (any, error) {
	if index != 0 {
		return constant, nil
	}
	return regexp.Compile(fmt.Sprint(constant))
}

// match gives what the first group of a regular expression matched, or the whole match where it has no group.
// No match is a missing value.
func match(_ context.Context, _ expression.Env, args []any) (any, error) {
	pattern, ok := args[0].(*regexp.Regexp)
	if !ok {
		text, isText := args[0].(string)
		if !isText {
			return nil, errors.New("want a regular expression")
		}
		var err error
		if pattern, err = regexp.Compile(text); err != nil {
			return nil, err
		}
	}
	text, ok := args[1].(string)
	if !ok {
		return nil, fmt.Errorf("want a text to look into, got %s", expression.Show(args[1]))
	}
	found := pattern.FindStringSubmatch(text)
	if found == nil {
		return nil, &journeys.MissingError{What: fmt.Sprintf("a match of %q in %s", pattern, expression.Show(cutText(text, 60)))}
	}
	if len(found) > 1 {
		return found[1], nil
	}
	return found[0], nil
}

func cutText(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	return strings.ToValidUTF8(text[:limit], "") + "…"
}

func encodeBase64(_ context.Context, _ expression.Env, args []any) (any, error) {
	text, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("want a text, got %s", expression.Show(args[0]))
	}
	return base64.StdEncoding.EncodeToString([]byte(text)), nil
}

// hashSHA256 gives the hash in hexadecimal.
func hashSHA256(_ context.Context, _ expression.Env, args []any) (any, error) {
	text, ok := args[0].(string)
	if !ok {
		return nil, fmt.Errorf("want a text, got %s", expression.Show(args[0]))
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:]), nil
}
