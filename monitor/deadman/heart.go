package deadman

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"
)

// The time for one beat: the parts have proofTime to prove themselves, the other side beatTime to answer each try.
const (
	proofTime = 10 * time.Second
	beatTime  = 10 * time.Second
	tries     = 3
	firstWait = time.Second
)

// Part is what has to be alive for the heart to beat.
type Part struct {
	Name string
	// Alive returns nil when the part has just done what it is there for, and else why it could not. It respects ctx.
	Alive func(ctx context.Context) error
}

// Heart calls a URL as long as all parts are alive: whoever expects the calls tells people when they stop.
type Heart struct {
	url    string
	parts  []Part
	client *http.Client
	log    *slog.Logger
	// wait is the pause before the second try; each one after it is longer.
	wait time.Duration
}

// NewHeart makes a heart. The URL is a secret: whoever knows it can keep us alive.
func NewHeart(url string, parts []Part, log *slog.Logger) *Heart {
	return &Heart{url: url, parts: parts, log: log, wait: firstWait, client: &http.Client{
		Timeout: beatTime,
		// A redirect to a page that says 200 is no answer of whoever waits for us.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment},
	}}
}

// Beat calls the URL if every part is alive, and says in the log when it does not or cannot.
func (h *Heart) Beat(ctx context.Context) {
	if err := h.alive(ctx); err != nil {
		if ctx.Err() == nil {
			h.log.Error("the heartbeat is withheld", "cause", err)
		}
		return
	}
	var err error
	for n := range tries {
		if err = h.call(ctx); err == nil || ctx.Err() != nil {
			return
		}
		if n == tries-1 {
			break
		}
		select {
		case <-time.After(h.wait<<n + time.Duration(rand.Int64N(int64(h.wait)))):
		case <-ctx.Done():
			return
		}
	}
	h.log.Warn("the heartbeat could not be sent", "tries", tries, "cause", err)
}

// alive asks all parts at once.
func (h *Heart) alive(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, proofTime)
	defer cancel()
	answers := make(chan error, len(h.parts))
	for _, p := range h.parts {
		go func() {
			if err := p.Alive(ctx); err != nil {
				answers <- fmt.Errorf("%s: %w", p.Name, err)
				return
			}
			answers <- nil
		}()
	}
	var errs []error
	for range h.parts {
		errs = append(errs, <-answers)
	}
	return errors.Join(errs...)
}

// call makes one call. Errors do not show the URL.
func (h *Heart) call(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url, nil)
	if err != nil {
		return errors.New("the URL is not valid")
	}
	req.Header.Set("User-Agent", "Outrider")
	resp, err := h.client.Do(req)
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("the answer was %s", resp.Status)
	}
	return nil
}
