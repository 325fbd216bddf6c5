package httppager

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/paging"
)

func TestTheStandardWebhooksLibraryVerifiesUs(t *testing.T) {
	encoded, err := standardwebhooks.NewWebhook("whsec_c2VjcmV0IG9mIHRoZSB0ZXN0IDAxMjM0NQ==")
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := standardwebhooks.NewWebhookRaw([]byte("any text will do"))
	for secret, verifier := range map[string]*standardwebhooks.Webhook{
		"whsec_c2VjcmV0IG9mIHRoZSB0ZXN0IDAxMjM0NQ==": encoded,
		"any text will do":                           raw,
	} {
		page := stored(t, "opened")
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			if err := verifier.Verify(body, r.Header); err != nil {
				t.Errorf("%v", err)
			}
			var got paging.Page
			if err := json.Unmarshal(body, &got); err != nil || got.ID != page.ID || r.Header.Get("webhook-id") != page.ID {
				t.Errorf("id %q in the body, %q in the header, want %q; %v", got.ID, r.Header.Get("webhook-id"), page.ID, err)
			}
			body[len(body)-2] ^= 1
			if verifier.Verify(body, r.Header) == nil {
				t.Error("a changed body was verified")
			}
			if _, sent := r.Header["X-Idempotency-Key"]; sent {
				t.Error("an internal header went out")
			}
			w.WriteHeader(http.StatusNoContent)
		}))
		w, err := NewWebhook(WebhookOptions{URL: server.URL, Secret: secret})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Send(t.Context(), page); err != nil {
			t.Error(err)
		}
		w.Close()
		server.Close()
	}
}

func TestAWebhookWithoutSecretIsNotSigned(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if _, signed := r.Header["Webhook-Signature"]; signed {
			t.Error("signed with nothing")
		}
	}))
	defer server.Close()
	w, _ := NewWebhook(WebhookOptions{URL: server.URL, Secret: ""})
	defer w.Close()
	if err := w.Send(t.Context(), stored(t, "test")); err != nil {
		t.Error(err)
	}
}

func TestAnswersMeanWhatTheyShould(t *testing.T) {
	for _, c := range []struct {
		status    int
		header    string
		permanent bool
		accepted  bool
		after     time.Duration
	}{
		{status: 200, accepted: true}, {status: 202, accepted: true}, {status: 204, accepted: true},
		{status: 301, permanent: true}, {status: 302, permanent: true},
		{status: 400, permanent: true}, {status: 401, permanent: true}, {status: 404, permanent: true}, {status: 410, permanent: true},
		{status: 408}, {status: 425}, {status: 500}, {status: 502}, {status: 503, header: "7", after: 7 * time.Second},
		{status: 429, header: "30", after: 30 * time.Second}, {status: 429, header: "-5"}, {status: 429, header: "soon"},
		{status: 429, header: "99999999999", after: 24 * time.Hour},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				t.Error("a redirect was followed")
			}
			w.Header().Set("Location", "/elsewhere")
			if c.header != "" {
				w.Header().Set("Retry-After", c.header)
			}
			w.WriteHeader(c.status)
			io.WriteString(w, "/T000/hush is wrong")
		}))
		w, _ := NewWebhook(WebhookOptions{URL: server.URL + "/T000/hush", Secret: "secret"})
		err := w.Send(t.Context(), stored(t, "opened"))
		w.Close()
		server.Close()
		if c.accepted {
			if err != nil {
				t.Errorf("%d: %v", c.status, err)
			}
			continue
		}
		var how *paging.SendError
		if !errors.As(err, &how) || how.Permanent != c.permanent || how.RetryAfter != c.after {
			t.Errorf("%d with %q: %#v, want permanent %v after %s", c.status, c.header, how, c.permanent, c.after)
		}
		if strings.Contains(err.Error(), "hush") {
			t.Errorf("the error holds the secret URL: %v", err)
		}
	}
}

func TestRetryAfterMayBeADate(t *testing.T) {
	now := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	if got := retryAfter("Sun, 22 Nov 2026 03:02:00 GMT", now); got != 2*time.Minute {
		t.Errorf("got %s, want 2m", got)
	}
	if got := retryAfter("Sun, 22 Nov 2026 02:02:00 GMT", now); got != 0 {
		t.Errorf("a date that has passed: got %s, want 0", got)
	}
}

// raw is a server that does with the connection what f does, after it has read the request's head.
func raw(t *testing.T, f func(net.Conn)) string {
	return "http://" + loopback.Serve(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 64<<10))
		f(conn)
	}) + "/hush"
}

func TestConnectionsThatFailAreTemporaryAndRedacted(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	for name, f := range map[string]func(net.Conn){
		"closed without an answer": func(net.Conn) {},
		"reset":                    func(c net.Conn) { c.(*net.TCPConn).SetLinger(0) },
		"nonsense":                 func(c net.Conn) { io.WriteString(c, "SSH-2.0-nonsense\r\n\r\n") },
		"endless head": func(c net.Conn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for range 40 {
				if _, err := io.WriteString(c, "X: "+strings.Repeat("x", 4000)+"\r\n"); err != nil {
					return
				}
			}
		},
		"no answer in time": func(net.Conn) { <-hang },
	} {
		url := raw(t, f)
		w, _ := NewWebhook(WebhookOptions{URL: url, Secret: "secret"})
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		err := w.Send(ctx, stored(t, "opened"))
		cancel()
		w.Close()
		if name == "no answer in time" {
			hang <- struct{}{}
		}
		if err == nil || paging.Permanent(err) || strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "http://") {
			t.Errorf("%s: %v, want a temporary error without the URL", name, err)
		}
	}
}

func TestAnAcceptedPageIsAcceptedWhateverFollowsTheStatus(t *testing.T) {
	for name, rest := range map[string]string{
		"a body that is cut":     "Content-Length: 100\r\n\r\nabc",
		"a body without end":     "\r\n" + strings.Repeat("x", 1<<20),
		"a connection that dies": "Transfer-Encoding: chunked\r\n\r\n5\r\nab",
	} {
		url := raw(t, func(c net.Conn) { io.WriteString(c, "HTTP/1.1 202 Accepted\r\n"+rest) })
		w, _ := NewWebhook(WebhookOptions{URL: url, Secret: "secret"})
		if err := w.Send(t.Context(), stored(t, "opened")); err != nil {
			t.Errorf("%s: %v, want accepted", name, err)
		}
		w.Close()
	}
}

func TestWhatCannotBeAWebhookIsRefusedWithoutQuotingIt(t *testing.T) {
	for _, c := range [][2]string{{"hooks.example/hush", "s"}, {"ftp://hooks.example/hush", "s"}, {"http://%zz/hush", "s"}, {"", "s"},
		{"https://hooks.example/x", "whsec_hush!"}, {"https://hooks.example/x", "whsec_"}} {
		if _, err := NewWebhook(WebhookOptions{URL: c[0], Secret: c[1]}); err == nil || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v, want an error that does not quote it", c, err)
		}
	}
	if _, err := NewPagerDuty(" ", ""); err == nil {
		t.Error("an empty routing key was taken")
	}
}
