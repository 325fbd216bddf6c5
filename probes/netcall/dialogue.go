package netcall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// maxReceived bounds what a conversation may bring.
const maxReceived = 1 << 20

// turn is one entry of a dialogue, evaluated.
type turn struct {
	expect   *regexp.Regexp
	send     string
	sends    bool
	startTLS bool
}

func prepareDialogue(ctx context.Context, scope *journeys.Scope, dialogue []journeys.Exchange) ([]turn, error) {
	turns := make([]turn, len(dialogue))
	for i, e := range dialogue {
		turns[i].startTLS = e.StartTLS
		if e.Expect != nil {
			text, err := e.Expect.Text(ctx, scope)
			if err != nil {
				return nil, err
			}
			if turns[i].expect, err = regexp.Compile(text); err != nil {
				return nil, dial.Misconfigured("query_response[%d].expect: %w", i, err)
			}
		}
		if e.Send != nil {
			text, err := e.Send.Text(ctx, scope)
			if err != nil {
				return nil, err
			}
			turns[i].send, turns[i].sends = text, true
		}
	}
	return turns, nil
}

// talk has a conversation. next gives what comes, piece by piece; say sends; secure goes on in TLS.
func talk(ctx context.Context, c *call, turns []turn, next func() (string, error), say func(string) error, secure func() error) error {
	var matched []string
	for i := range turns {
		t := &turns[i]
		if t.expect != nil {
			groups, err := await(ctx, c, t.expect, next)
			if err != nil {
				return err
			}
			matched = groups
		}
		if t.sends {
			if err := say(expand(t.send, matched)); err != nil {
				return err
			}
			c.trace.Note(dial.Wrote)
		}
		if t.startTLS {
			if err := secure(); err != nil {
				return err
			}
		}
	}
	return nil
}

// await reads until something matches, and gives its groups.
func await(ctx context.Context, c *call, pattern *regexp.Regexp, next func() (string, error)) ([]string, error) {
	begun, size, last := time.Now(), 0, ""
	for {
		text, err := next()
		if text != "" {
			c.hear(text)
			c.trace.Note(dial.Answered)
			if groups := pattern.FindStringSubmatch(text); groups != nil {
				return groups, nil
			}
			last = text
		}
		if size += len(text); size > maxReceived {
			return nil, &probes.Failure{
				Reason: probes.Assertion, Message: fmt.Sprintf("nothing in the first %d bytes matches %q", maxReceived, pattern),
				Expected: pattern.String(), Got: short(last),
			}
		}
		if err == nil {
			continue
		}
		return nil, unmatched(ctx, pattern, last, time.Since(begun), err)
	}
}

func unmatched(ctx context.Context, pattern *regexp.Regexp, last string, waited time.Duration, err error) error {
	got := "nothing"
	if last != "" {
		got = short(last)
	}
	var f *probes.Failure
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(ctx.Err(), context.Canceled):
		return err
	case ctx.Err() != nil:
		return &probes.Failure{
			Reason: probes.Timeout, Expected: pattern.String(), Got: got, Err: err,
			Message: fmt.Sprintf("waited %s for something that matches %q, got %s", waited.Round(time.Millisecond), pattern, got),
		}
	case errors.Is(err, io.EOF):
		return &probes.Failure{
			Reason: probes.Assertion, Expected: pattern.String(), Got: got, Err: err,
			Message: fmt.Sprintf("the other side ended the conversation before something matched %q, after %s", pattern, got),
		}
	}
	return err
}

// expand puts the groups of the last match into a text, as blackbox_exporter does: ${1}.
func expand(text string, groups []string) string {
	return groupReference.ReplaceAllStringFunc(text, func(reference string) string {
		if n := int(reference[2] - '0'); n < len(groups) {
			return groups[n]
		}
		return reference
	})
}

var groupReference = regexp.MustCompile(`\$\{[0-9]\}`)

func short(text string) string {
	const most = 80
	if len(text) > most {
		text = text[:most] + "…"
	}
	return fmt.Sprintf("%q", text)
}
