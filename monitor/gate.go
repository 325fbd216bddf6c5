package monitor

import (
	"context"
	"time"
)

// gate bounds how many runs go on at a time, in order of arrival: more browsers than cores gain nothing and
// falsify the times that are measured. The wait is told, so that it is never mistaken for the target's.
type gate struct {
	browser, http chan struct{}
}

func newGate(browsers, requests int) *gate {
	return &gate{browser: make(chan struct{}, browsers), http: make(chan struct{}, requests)}
}

// Enter waits for a place. leave must be called once when the run is over. The error is ctx's.
func (g *gate) Enter(ctx context.Context, browser bool) (wait time.Duration, leave func(), err error) {
	places := g.http
	if browser {
		places = g.browser
	}
	leave = func() { <-places }
	select {
	case places <- struct{}{}:
		return 0, leave, nil
	default:
	}
	began := time.Now()
	select {
	case places <- struct{}{}:
		return time.Since(began), leave, nil
	case <-ctx.Done():
		return time.Since(began), nil, context.Cause(ctx)
	}
}
