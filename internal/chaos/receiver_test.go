package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// message is what the receiver accepted, as far as the test needs it.
type message struct {
	Event    string `json:"event"`
	Notice   bool   `json:"notice"`
	ID       string `json:"id"`
	DedupKey string `json:"dedup_key"`
	Journey  struct {
		Name string `json:"name"`
	} `json:"journey"`
	Incident struct {
		ID       string    `json:"id"`
		OpenedAt time.Time `json:"opened_at"`
		ClosedAt time.Time `json:"closed_at"`
	} `json:"incident"`
	at time.Time
}

// receiver is a webhook receiver in a bad mood: it refuses, hangs, resets, drips and lies about half of the
// time, and now and then is out of order for a while. Its log holds what it has read and verified, in order, whatever it then answered.
type receiver struct {
	t       *testing.T
	webhook *standardwebhooks.Webhook

	// calm: it takes everything, always.
	calm bool

	mu       sync.Mutex
	rng      *rand.Rand
	log      []message
	changed  chan struct{}
	refused  int
	unsigned int
	// outUntil is the end of an outage.
	outUntil time.Time
}

func newReceiver(t *testing.T, secret string, rng *rand.Rand) *receiver {
	t.Helper()
	wh, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	return &receiver{t: t, webhook: wh, rng: rng, changed: make(chan struct{})}
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(io.LimitReader(req.Body, 1<<20))
	if err != nil {
		return // The sender died half-way: nothing was received.
	}
	r.mu.Lock()
	mood := r.rng.IntN(16)
	switch {
	case r.calm:
		mood = 15
	case time.Now().Before(r.outUntil):
		mood = 0
	}
	r.mu.Unlock()
	switch mood {
	case 0:
		r.refuse(w, http.StatusInternalServerError)
		return
	case 1:
		w.Header().Set("Retry-After", "1")
		r.refuse(w, http.StatusTooManyRequests)
		return
	case 2:
		panic(http.ErrAbortHandler) // A reset without an answer.
	case 3:
		select { // Hangs, and is lost.
		case <-req.Context().Done():
		case <-time.After(2 * time.Second):
		}
		panic(http.ErrAbortHandler)
	}
	r.accept(req.Header, body)
	switch mood {
	case 4:
		panic(http.ErrAbortHandler) // It was read, but the sender does not learn so.
	case 5:
		w.WriteHeader(http.StatusBadGateway) // A lie.
	case 6:
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusTooManyRequests) // Another one.
	case 7:
		drip(w, req)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// drip accepts at once, and then never comes to an end.
func drip(w http.ResponseWriter, req *http.Request) {
	w.WriteHeader(http.StatusOK)
	for {
		if _, err := w.Write([]byte(".")); err != nil || http.NewResponseController(w).Flush() != nil {
			return
		}
		select {
		case <-req.Context().Done():
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// fail makes the receiver answer 500 for a while, and reports whether it did: between two outages it works for as long
// again, or nobody would ever hear of anything.
func (r *receiver) fail(d time.Duration) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.outUntil) < d {
		return false
	}
	r.outUntil = time.Now().Add(d)
	return true
}

func (r *receiver) refuse(w http.ResponseWriter, status int) {
	r.mu.Lock()
	r.refused++
	r.mu.Unlock()
	w.WriteHeader(status)
}

func (r *receiver) accept(header http.Header, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// The time in the head is that of the monitor's clock, which may have been set.
	if err := r.webhook.VerifyIgnoringTimestamp(body, header); err != nil {
		r.unsigned++
		r.t.Errorf("a page arrived that its signature does not vouch for: %v\n%s", err, body)
		return
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		r.t.Errorf("a page arrived that is not JSON: %v\n%s", err, body)
		return
	}
	m.at = time.Now()
	r.log = append(r.log, m)
	close(r.changed)
	r.changed = make(chan struct{})
}

// wait returns when enough(log) holds, or why that is not to be waited for: the time is up, ctx has ended.
func (r *receiver) wait(ctx context.Context, limit time.Duration, enough func([]message) bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("not everybody has heard of it within %s", limit))
	defer cancel()
	for {
		r.mu.Lock()
		ok, changed := enough(r.log), r.changed
		r.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (r *receiver) messages() []message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message(nil), r.log...)
}
