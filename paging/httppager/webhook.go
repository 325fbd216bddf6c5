package httppager

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/paging"
)

// WebhookOptions say where pages are posted, and how.
type WebhookOptions struct {
	URL string
	// Secret is whsec_ and base64, or any text, taken as it is; without one, pages are not signed.
	Secret string
	// Body makes the body; nil: the page as it is, as JSON.
	Body *Template
	// ContentType is that of the body; empty: application/json.
	ContentType string
}

// Webhook posts pages, as they are or as a template makes them, signed by the Standard Webhooks scheme
// (https://www.standardwebhooks.com): whoever reads webhook-id can tell a second copy of a page.
type Webhook struct {
	o      WebhookOptions
	key    []byte
	client *http.Client
}

// NewWebhook makes a webhook pager. Errors do not quote what they are given.
func NewWebhook(o WebhookOptions) (*Webhook, error) {
	if err := checkURL(o.URL); err != nil {
		return nil, fmt.Errorf("webhook: url: %w", err)
	}
	key, err := signingKey(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("webhook: secret: %w", err)
	}
	if o.ContentType == "" {
		o.ContentType = jsonType
	}
	return &Webhook{o: o, key: key, client: newClient()}, nil
}

func signingKey(secret string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(secret, "whsec_")
	if !ok {
		return []byte(secret), nil
	}
	for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding} {
		if key, err := encoding.DecodeString(encoded); err == nil && len(key) > 0 {
			return key, nil
		}
	}
	return nil, errors.New("what follows whsec_ is not base64")
}

// Send implements [paging.Pager].
func (w *Webhook) Send(ctx context.Context, page paging.Page) error {
	body, err := w.body(page)
	if err != nil {
		return &paging.SendError{Permanent: true, Err: fmt.Errorf("making the body: %w", err)}
	}
	_, err = post(ctx, w.client, w.o.URL, body, w.headers(page.ID, time.Now(), body))
	return err
}

func (w *Webhook) body(page paging.Page) ([]byte, error) {
	if w.o.Body != nil {
		return w.o.Body.Body(page)
	}
	return json.Marshal(page)
}

// Close frees the connections that are kept.
func (w *Webhook) Close() error {
	w.client.CloseIdleConnections()
	return nil
}

// headers sign the body, as it is sent. The id stays the same however often a page is sent; the timestamp is of this sending.
func (w *Webhook) headers(id string, now time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(now.Unix(), 10)
	h := http.Header{}
	h.Set("Content-Type", w.o.ContentType)
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", stamp)
	if len(w.key) > 0 {
		mac := hmac.New(sha256.New, w.key)
		fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
		h.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return h
}
