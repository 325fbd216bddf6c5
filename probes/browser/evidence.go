package browser

import (
	"context"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/har"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// tellTime bounds what is read of a page beside its picture.
const tellTime = 1500 * time.Millisecond

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
	notable := t.Traffic.Notable()
	lines := t.Traffic.Lines(notable)
	pending := t.Main.Pending || !t.Main.Loaded
	t.Unlock()
	defer func() { e.Requests = append(e.Requests, lines...) }()
	if t.Lost() || !t.Lease.Alive() {
		return
	}
	if pending {
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
