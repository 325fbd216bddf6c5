package browser

import (
	"context"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/har"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// tellTime bounds what is read of a page beside its picture.
const tellTime = 1500 * time.Millisecond

// refusalTime is how long the rest of an error page may take.
const refusalTime = time.Second

// Evidence adds what the page shows and what it said. Each part is independent: a page that is stuck still
// gives its console and its requests.
func (s *session) Evidence(ctx context.Context, name string, e *probes.Evidence) {
	defer s.others(e)
	s.follow()
	t := s.tab
	t.Lock()
	e.PageURL = t.Main.URL
	if t.Main.Unreachable != "" {
		e.PageURL = t.Main.Unreachable
	}
	e.Console = append(e.Console, t.Console.Lines()...)
	if n := t.Traffic.Unread(); n > 0 {
		e.Console = append(e.Console, probes.ConsoleLine{
			Level: "warning", Text: fmt.Sprintf("(%d requests left out: the page asks without end)", n), Offset: time.Since(s.options.StartedAt),
		})
	}
	notable := t.Traffic.Notable()
	lines := t.Traffic.Lines(notable)
	pending := t.Main.Pending || !t.Main.Loaded
	t.Unlock()
	defer func() { e.Requests = append(e.Requests, lines...) }()
	if t.Lost() || !t.Lease.Alive() {
		return
	}
	if pending && t.endOfRefusal(ctx) {
		t.Line.Post("Page.stopLoading", nil) // a picture of a page that is loading would wait for it
	}
	look, cancel := context.WithTimeout(ctx, time.Second)
	_ = t.AskOnce(look, t.MainFrame, "title", nil, &e.PageTitle)
	cancel()
	if s.sensitive {
		return
	}
	if picture, err := t.eye.Picture(ctx, name); err == nil {
		e.Screenshot = picture.Name
		e.Artifacts = append(e.Artifacts, *picture)
	} else {
		e.Console = append(e.Console, probes.ConsoleLine{
			Level: "warning", Text: "no picture could be taken: " + err.Error(), Offset: time.Since(t.options.StartedAt),
		})
	}
	s.film.Show(name, s.options.StartedAt, e)
	look, cancel = context.WithTimeout(ctx, tellTime)
	defer cancel()
	t.eye.Tell(look, name, e)
	t.bodies(look, lines, notable)
	if recording := t.record(name, e.PageTitle); recording != nil {
		e.HAR = recording.Name
		e.Artifacts = append(e.Artifacts, *recording)
	}
}

// endOfRefusal waits for the rest of a page that tells of its own failure: the step has failed with the first of it, and the
// rest is what a person wants to read. It reports whether something is still to come.
func (t *tab) endOfRefusal(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, refusalTime)
	defer cancel()
	refused := true
	err := t.Until(ctx, func() bool {
		r := t.Traffic.Document()
		refused = r != nil && r.Status >= 400
		return !refused || r.Done && t.Ready()
	})
	return err != nil || !refused
}

// bodies adds to the first lines what refused requests of scripts were answered: an API says there what it does not
// like.
func (t *tab) bodies(ctx context.Context, lines []probes.RequestLine, of []*traffic.Request) {
	t.Lock()
	places := traffic.Refused(of)
	t.Unlock()
	for _, i := range places {
		if ctx.Err() != nil {
			return
		}
		lines[i].Body = of[i].Excerpt(ctx)
	}
}

// record writes the requests of all tabs as a HAR file; nil if there are none.
func (t *tab) record(name, title string) *probes.Artifact {
	f := har.File{Creator: t.options.UserAgent, Browser: t.Lease.Version, PageTitle: title}
	for _, each := range t.window.everyTab() {
		each.Lock()
		f.Exchanges = append(f.Exchanges, each.Traffic.Exchanges()...)
		each.Unlock()
	}
	return traffic.Record(f, name)
}

// Traced gives the requests of all tabs, as far as they are remembered.
func (s *session) Traced() []spans.Request {
	var all []spans.Request
	for _, t := range s.tab.window.everyTab() {
		t.Lock()
		all = append(all, t.Traffic.Traced()...)
		t.Unlock()
	}
	return all
}
