package pager

import (
	"errors"
	"mime"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/httppager"
)

// Webhook sends pages as signed JSON, or as its template makes them.
type Webhook struct {
	// URL and Secret may both be secrets: many webhooks are known by their URL alone. Secret is optional.
	URL, Secret secret.Source
	// Body is nil where pages are sent as they are.
	Body        *httppager.Template
	ContentType string
}

func readWebhook(r secret.Reader, m *document.Map) Spec {
	m.Need("url")
	w := &Webhook{URL: r.Address(m.Get("url")), Secret: r.Source(m.Get("secret")), ContentType: m.Text("content_type")}
	media, _, err := mime.ParseMediaType(w.ContentType)
	if n := m.Get("content_type"); n != nil && n.Kind == document.Text && (err != nil || !strings.Contains(media, "/")) {
		r.Problem(n, "this is no type of content", "such as text/plain; charset=utf-8")
	}
	if n := m.Get("body"); n != nil {
		w.Body = readBody(r, n, w.ContentType == "" || media == "application/json" || strings.HasSuffix(media, "+json"))
	} else if m.Has("content_type") {
		r.Problem(m.Get("content_type"), "without body, pages are JSON", "remove it, or write a body")
	}
	m.Done()
	return w
}

// readBody reads a template; isJSON: what it makes must be JSON.
func readBody(r secret.Reader, n *document.Node, isJSON bool) *httppager.Template {
	text, ok := r.Text(n)
	if !ok {
		return nil
	}
	body, err := httppager.NewTemplate(text, isJSON)
	var wrong *httppager.TemplateError
	if errors.As(err, &wrong) {
		r.ProblemAt(n.At(offset(text, wrong.Line, wrong.Column)), n.Path(), wrong.Message, wrong.Hint)
		return nil
	}
	return body
}

// offset is where a line and a column of a text, counted from 1, are in it.
func offset(text string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		_, rest, found := strings.Cut(text[at:], "\n")
		if !found {
			break
		}
		at = len(text) - len(rest)
	}
	return min(len(text), at+max(0, column-1))
}

// Make implements [Spec].
func (w *Webhook) Make(v *secret.Values) (paging.Pager, error) {
	o := httppager.WebhookOptions{URL: v.Get(w.URL), Secret: v.Get(w.Secret), Body: w.Body, ContentType: w.ContentType}
	if err := v.Err(); err != nil {
		return nil, err
	}
	p, err := httppager.NewWebhook(o)
	if err != nil {
		v.Wrong(w.URL, err)
		return nil, v.Err()
	}
	return p, nil
}
