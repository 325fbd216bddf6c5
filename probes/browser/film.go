package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
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

// Still takes a picture after a step, with the secrets covered. A page that cannot be pictured is left out.
func (s *session) Still(ctx context.Context) {
	if !s.filming() || s.step == nil || !s.tab.pictureable() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	if data, err := s.covered(ctx, filmGrain); err == nil {
		s.develop(s.step.Name, data)
	}
}

// filming reports whether stills are taken of the present step.
func (s *session) filming() bool { return s.options.Film && !s.sensitive }

// pictureable reports whether the page is there to be pictured: a picture of one that loads would wait for it.
func (t *tab) pictureable() bool {
	t.Lock()
	defer t.Unlock()
	return !t.Lost() && t.maskErr == nil && t.Main.Interactive && !t.Main.Pending && t.Main.URL != "about:blank"
}

func (s *session) develop(step string, data []byte) {
	s.filmed.Lock()
	defer s.filmed.Unlock()
	if len(s.film) == maxFilm {
		s.film = append(s.film[:0], s.film[1:]...)
	}
	s.film = append(s.film, still{step: step, at: time.Now(), data: data})
}

// filmWhile takes stills while a step waits, until the function that it gives is called. The page must not be
// changed under a step, not even to cover something: where there is something to cover there is no still. Steps
// that type are left out, for what they type appears between looking and taking.
func (s *session) filmWhile(ctx context.Context, t *tab, step *journeys.Step) (stop func()) {
	if !s.filming() || types(step.Action) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(stillEvery)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				s.glimpse(ctx, t, step.Name)
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
func (s *session) glimpse(ctx context.Context, t *tab, step string) {
	if !t.pictureable() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, takeTime)
	defer cancel()
	values := t.options.Redactor.Sought()
	if values == nil {
		values = []string{}
	}
	for _, id := range t.FrameIDs() {
		exposed := -1
		if err := t.AskOnce(ctx, id, "exposed", covering{telling: t.telling(0), Values: values}, &exposed); err != nil || exposed != 0 {
			return
		}
	}
	if t.options.Redactor.Active() && t.openSecrets(ctx) != nil {
		return
	}
	if data, err := t.shoot(ctx, filmGrain); err == nil {
		s.develop(step, data)
	}
}

// types reports whether a verb puts text into the page.
func types(action journeys.Action) bool {
	switch action.(type) {
	case *journeys.Fill, *journeys.FillForm, *journeys.Type, *journeys.Press, *journeys.Eval, *journeys.Screenshot:
		return true
	}
	return false
}

// show adds the film to the evidence.
func (s *session) show(name string, e *probes.Evidence) {
	s.filmed.Lock()
	defer s.filmed.Unlock()
	for i, st := range s.film {
		a := probes.Artifact{Name: fmt.Sprintf("%s-film-%d.jpg", name, i+1), MIME: "image/jpeg", Data: st.data}
		e.Film = append(e.Film, probes.Still{Name: a.Name, Step: st.step, Offset: st.at.Sub(s.options.StartedAt)})
		e.Artifacts = append(e.Artifacts, a)
	}
}
