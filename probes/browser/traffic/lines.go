package traffic

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/meter"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	// maxRequestLines bounds the requests that evidence shows, maxLine each of their URLs.
	maxRequestLines = 50
	maxLine         = 2000
	// maxBodies refused requests are asked for what they were answered, of which maxBody is told.
	maxBodies = 3
	maxBody   = 1 << 10
)

// Notable are the requests that may explain a failure: failed ones first, then refused, then pending, then
// documents and what scripts asked for.
func (l *Log) Notable() []*Request {
	rank := func(r *Request) int {
		switch {
		case r.Err != "" && !r.Cancelled:
			return 0
		case r.Status >= 400:
			return 1
		case !r.Done:
			return 2
		case r.Kind == "Document" || r.Kind == "XHR" || r.Kind == "Fetch":
			return 3
		}
		return 4
	}
	list := slices.DeleteFunc(slices.Clone(l.history), func(r *Request) bool { return rank(r) == 4 })
	slices.SortStableFunc(list, func(a, b *Request) int { return cmp.Compare(rank(a), rank(b)) })
	return list[:min(len(list), maxRequestLines)]
}

// line is a request as evidence shows it.
func (l *Log) line(r *Request) probes.RequestLine {
	one := probes.RequestLine{
		Method: r.Method, URL: redact.Cut(redact.URL(r.URL), maxLine), Type: strings.ToLower(r.Kind), Status: r.Status, Error: r.Err,
		Offset: r.Begun.Sub(l.began), Duration: r.Took, ThirdParty: !l.Ours(address.Host(r.URL)),
	}
	if blocked(r) {
		one.Error = "blocked by browser.block"
	}
	if !r.Done {
		one.Error, one.Duration = "pending", time.Since(r.Begun)
	}
	return one
}

// Lines are requests as evidence shows them.
func (l *Log) Lines(list []*Request) []probes.RequestLine {
	lines := make([]probes.RequestLine, 0, len(list))
	for _, r := range list {
		lines = append(lines, l.line(r))
	}
	return slices.Clip(lines)
}

// Refused are the first requests of scripts in a list, by their places in it, whose answers may say what an API does
// not like.
func Refused(list []*Request) []int {
	var places []int
	for i, r := range list {
		if len(places) < maxBodies && r.Status >= 400 && r.Done && (r.Kind == "Fetch" || r.Kind == "XHR") {
			places = append(places, i)
		}
	}
	return places
}

// Excerpt asks the browser for the beginning of what a request was answered; empty if it is no text. It must not be called
// with the page's lock held.
func (r *Request) Excerpt(ctx context.Context) string {
	var answer struct {
		Body   string `json:"body"`
		Base64 bool   `json:"base64Encoded"`
	}
	if r.Session.Call(ctx, "Network.getResponseBody", map[string]any{"requestId": r.ID}, &answer) != nil || answer.Base64 {
		return ""
	}
	// What a secret may be cut at is left to the runner, which knows the secrets: it gets more than is shown.
	return strings.TrimSpace(redact.Cut(answer.Body, 4*maxBody))
}

// Compared are the requests of a span, or of all with nil, as they can be compared between runs, at most so many: those that
// failed before the others, since whether they did so in a good run too decides whose fault a failure is.
func (l *Log) Compared(span *meter.Span, most int) []string {
	var failed, well []string
	for _, r := range l.history {
		if span != nil && r.span != span {
			continue
		}
		switch line := compared(r); {
		case line == "":
		case strings.Contains(line, probes.Ended):
			failed = append(failed, line)
		default:
			well = append(well, line)
		}
	}
	all := append(failed, well...)
	return all[:min(len(all), most)]
}

// compared is a request as it can be compared between runs: without what changes, and with how it ended. Pictures
// and the like are left out.
func compared(r *Request) string {
	switch r.Kind {
	case "Document", "Script", "Stylesheet", "XHR", "Fetch":
	default:
		return ""
	}
	u, err := url.Parse(r.URL)
	if err != nil || r.Cancelled {
		return ""
	}
	end := "well"
	switch {
	case r.Err != "":
		end = r.Err
	case r.Status >= 400:
		end = fmt.Sprintf("%d", r.Status)
	case !r.Done && time.Since(r.Begun) > lateTime:
		end = "pending"
	}
	line := fmt.Sprintf("%s %s%s", r.Method, u.Host, probes.Steady(u.Path))
	if end == "well" {
		return line
	}
	return line + probes.Ended + strings.TrimSpace(end)
}
