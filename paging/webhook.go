package paging

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
)

// Webhook posts pages as they are, as JSON, signed by the Standard Webhooks scheme
// (https://www.standardwebhooks.com): whoever reads webhook-id can tell a second copy of a page.
type Webhook struct {
	url    string
	key    []byte
	client *http.Client
}

// NewWebhook makes a webhook pager. The secret is whsec_ and base64, or any text, taken as it is; without one,
// pages are not signed. Errors do not quote what they are given.
func NewWebhook(url, secret string) (*Webhook, error) {
	if err := checkURL(url); err != nil {
		return nil, fmt.Errorf("webhook: url: %w", err)
	}
	key, err := signingKey(secret)
	if err != nil {
		return nil, fmt.Errorf("webhook: secret: %w", err)
	}
	return &Webhook{url: url, key: key, client: newClient()}, nil
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

// Send implements [Pager].
func (w *Webhook) Send(ctx context.Context, page Page) error {
	body, err := json.Marshal(page)
	if err != nil {
		return &SendError{Permanent: true, Err: fmt.Errorf("encoding the page: %w", err)}
	}
	return post(ctx, w.client, w.url, body, w.headers(page.ID, time.Now(), body), false)
}

// Close frees the connections that are kept.
func (w *Webhook) Close() error {
	w.client.CloseIdleConnections()
	return nil
}

// headers sign the body. The id stays the same however often a page is sent; the timestamp is of this sending.
func (w *Webhook) headers(id string, now time.Time, body []byte) http.Header {
	stamp := strconv.FormatInt(now.Unix(), 10)
	h := http.Header{}
	h.Set("webhook-id", id)
	h.Set("webhook-timestamp", stamp)
	if len(w.key) > 0 {
		mac := hmac.New(sha256.New, w.key)
		fmt.Fprintf(mac, "%s.%s.%s", id, stamp, body)
		h.Set("webhook-signature", "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return h
}
