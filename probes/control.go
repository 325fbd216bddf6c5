package probes

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// controlTime bounds the check of the control targets.
	controlTime = 5 * time.Second
	// controlFresh is how long its answer serves other runs too, so that five hundred journeys that fail
	// at once do not ask five hundred times.
	controlFresh = 5 * time.Second
)

// controlCheck asks the control targets whether it is us who are offline.
type controlCheck struct {
	targets []string
	client  http.Client

	mu      sync.Mutex
	askedAt time.Time
	offline bool
}

func newControlCheck(targets []string) *controlCheck {
	return &controlCheck{
		targets: targets,
		client: http.Client{
			Transport:     &http.Transport{DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// checkOnline turns a failed attempt into an error if no control target can be reached either.
func (r *Runner) checkOnline(ctx context.Context, at *Attempt) {
	if at.Outcome != Failed || len(r.o.Control) == 0 || at.Failure == nil {
		return
	}
	switch at.Failure.Reason {
	case DNS, Connect, TLS, Timeout, Navigation:
	default:
		return
	}
	offline := r.control.ask(ctx)
	switch {
	case ctx.Err() != nil:
		at.Failure = cancelled("before it was known whether the monitor is offline: " + at.Failure.Message)
	case offline:
		at.Failure = &Failure{
			Reason:   Offline,
			Message:  fmt.Sprintf("the control targets cannot be reached either; at first: %s", at.Failure.Message),
			Expected: "an answer from " + strings.Join(r.o.Control, " or "), Got: "none", Err: at.Failure.Err,
		}
	default:
		return
	}
	at.Outcome = Error
}

// ask reports whether all control targets are silent. Any answer, of whatever status, is an answer.
func (c *controlCheck) ask(ctx context.Context) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.askedAt.IsZero() && time.Since(c.askedAt) < controlFresh {
		return c.offline
	}
	run := ctx
	ctx, cancel := context.WithTimeout(run, controlTime)
	defer cancel()
	answers := make(chan bool, len(c.targets))
	for _, target := range c.targets {
		go func() { answers <- c.answers(ctx, target) }()
	}
	offline := true
	for range c.targets {
		if <-answers {
			offline = false
			cancel()
		}
	}
	if run.Err() != nil {
		return offline // This run was stopped, which says nothing to the others.
	}
	c.askedAt, c.offline = time.Now(), offline
	return offline
}

func (c *controlCheck) answers(ctx context.Context, target string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, target, nil)
	if err != nil {
		return false
	}
	resp, err := c.client.Do(req)
	if err != nil {
		return false
	}
	resp.Body.Close()
	return true
}
