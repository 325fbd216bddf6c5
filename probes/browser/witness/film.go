package witness

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// The film of an attempt is a strip of stills: one after each step and one for each second that a step waits. The
// browser's own screencast would be smoother, but its pictures come as the page paints them, before anybody could
// cover a secret in them.

const (
	// maxFilm is how many stills are kept, the latest; stillEvery how often one is taken while a step waits.
	maxFilm    = 8
	stillEvery = time.Second
	takeTime   = 800 * time.Millisecond
	filmGrain  = 40 // JPEG quality
)

// still is one picture of the film.
type still struct {
	step string
	at   time.Time
	data []byte
}

// Film is that of an attempt. The zero value is empty; it is safe for use by several goroutines.
type Film struct {
	mu     sync.Mutex
	stills []still
}

// Still takes a picture after a step, with the secrets covered. A page that cannot be pictured is left out.
func (f *Film) Still(ctx context.Context, e *Eye, step string) {
	if !e.pictureable() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	if data, err := e.covered(ctx, filmGrain); err == nil {
		f.develop(step, data)
	}
}

// pictureable reports whether the page is there to be pictured: a picture of one that loads would wait for it.
func (w *Eye) pictureable() bool {
	w.Lock()
	defer w.Unlock()
	return !w.Lost() && w.maskErr == nil && w.Main.Interactive && !w.Main.Pending && w.Main.URL != "about:blank"
}

func (f *Film) develop(step string, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.stills) == maxFilm {
		f.stills = append(f.stills[:0], f.stills[1:]...)
	}
	f.stills = append(f.stills, still{step: step, at: time.Now(), data: data})
}

// While takes stills while a step waits, until the function that it gives is called. The page must not be
// changed under a step, not even to cover something: where there is something to cover there is no still. Steps
// that type must not be filmed, for what they type appears between looking and taking.
func (f *Film) While(ctx context.Context, e *Eye, step string) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(stillEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				f.glimpse(ctx, e, step)
			case <-ctx.Done():
				return
			}
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// glimpse takes a still of a page that has nothing to cover.
func (f *Film) glimpse(ctx context.Context, e *Eye, step string) {
	if !e.pictureable() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	values := e.redactor.Sought()
	if values == nil {
		values = []string{}
	}
	for _, id := range e.FrameIDs() {
		exposed := -1
		if err := e.AskOnce(ctx, id, "exposed", covering{telling: e.telling(0), Values: values}, &exposed); err != nil || exposed != 0 {
			return
		}
	}
	if e.redactor.Active() && e.openSecrets(ctx) != nil {
		return
	}
	if data, err := e.shoot(ctx, filmGrain); err == nil {
		f.develop(step, data)
	}
}

// Show adds the film of an attempt that began at a moment to the evidence.
func (f *Film) Show(name string, began time.Time, e *probes.Evidence) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, st := range f.stills {
		a := probes.Artifact{Name: fmt.Sprintf("%s-film-%d.jpg", name, i+1), MIME: "image/jpeg", Data: st.data}
		e.Film = append(e.Film, probes.Still{Name: a.Name, Step: st.step, Offset: st.at.Sub(began)})
		e.Artifacts = append(e.Artifacts, a)
	}
}
