package browser

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes"
)

const (
	maxPageText     = 8 << 10
	maxRequestLines = 50
	// pictureTime bounds the covering and the taking of a picture.
	pictureTime = 3 * time.Second
	jpegQuality = 60
)

// Evidence adds what the page shows and what it said. Each part is independent: a page that is stuck still
// gives its console and its requests.
func (s *session) Evidence(ctx context.Context, name string, e *probes.Evidence) {
	t := s.tab
	t.mu.Lock()
	e.PageURL = t.main.url
	if t.main.unreachable != "" {
		e.PageURL = t.main.unreachable
	}
	e.Console = append(e.Console, t.console...)
	if t.dropped > 0 {
		e.Console = append(e.Console, probes.ConsoleLine{Level: "log", Text: fmt.Sprintf("(%d lines left out)", t.dropped)})
	}
	e.Requests = append(e.Requests, t.notable()...)
	pending := t.main.pending || !t.main.loaded
	t.mu.Unlock()
	if t.ctx.Err() != nil || !t.lease.Alive() {
		return
	}
	if pending {
		t.page.Post("Page.stopLoading", nil) // a picture of a page that is loading would wait for it
	}
	look, cancel := context.WithTimeout(ctx, time.Second)
	_ = t.askOnce(look, t.mainFrame, "title", nil, &e.PageTitle)
	if !s.sensitive {
		_ = t.askOnce(look, t.mainFrame, "pageText", maxPageText, &e.PageText)
	}
	cancel()
	if s.sensitive {
		return
	}
	picture, err := s.picture(ctx, name)
	if err != nil {
		e.Console = append(e.Console, probes.ConsoleLine{
			Level: "warning", Text: "no picture could be taken: " + err.Error(), Offset: time.Since(t.options.StartedAt),
		})
		return
	}
	e.Screenshot = picture.Name
	e.Artifacts = append(e.Artifacts, *picture)
}

// picture takes a picture of what is in view, with the secrets covered before it is taken. If the covering
// cannot be vouched for there is no picture.
func (s *session) picture(ctx context.Context, name string) (*probes.Artifact, error) {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	t := s.tab
	covered, err := t.cover(ctx, t.options.Redactor.Sought())
	defer t.uncover(ctx, covered)
	if err == nil && t.options.Redactor.Active() {
		err = t.openSecrets(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("covering the secrets: %w", err)
	}
	var shot struct {
		Data []byte `json:"data"`
	}
	err = t.call(ctx, "Page.captureScreenshot", map[string]any{
		"format": "jpeg", "quality": jpegQuality, "optimizeForSpeed": true,
	}, &shot)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, ".jpg") && !strings.HasSuffix(name, ".jpeg") {
		name += ".jpg"
	}
	return &probes.Artifact{Name: name, MIME: "image/jpeg", Data: shot.Data}, nil
}

// cover covers secrets in every frame, and gives the frames that need uncovering.
func (t *tab) cover(ctx context.Context, values []string) (covered []cdp.FrameID, err error) {
	if values == nil {
		values = []string{}
	}
	t.mu.Lock()
	var ids []cdp.FrameID
	for id, f := range t.frames {
		if f.session != nil {
			ids = append(ids, id)
		}
	}
	t.mu.Unlock()
	for _, id := range ids {
		err := t.askOnce(ctx, id, "cover", map[string]any{"values": values}, nil)
		if err == nil {
			covered = append(covered, id)
			continue
		}
		t.mu.Lock()
		_, there := t.frames[id]
		t.mu.Unlock()
		if there && (len(values) > 0 || ctx.Err() != nil) {
			return covered, fmt.Errorf("a frame did not answer: %w", err)
		}
	}
	return covered, nil
}

func (t *tab) uncover(ctx context.Context, covered []cdp.FrameID) {
	for _, id := range covered {
		_ = t.askOnce(ctx, id, "uncover", nil, nil)
	}
}

// notable are the requests that may explain a failure: failed ones first, then refused, then pending, then
// documents and what scripts asked for. t.mu is held.
func (t *tab) notable() []probes.RequestLine {
	rank := func(r *request) int {
		switch {
		case r.err != "" && !r.cancelled:
			return 0
		case r.status >= 400:
			return 1
		case !r.done:
			return 2
		case r.kind == "Document" || r.kind == "XHR" || r.kind == "Fetch":
			return 3
		}
		return 4
	}
	list := slices.DeleteFunc(slices.Clone(t.history), func(r *request) bool { return rank(r) == 4 })
	slices.SortStableFunc(list, func(a, b *request) int { return cmp.Compare(rank(a), rank(b)) })
	list = list[:min(len(list), maxRequestLines)]
	lines := make([]probes.RequestLine, 0, len(list))
	for _, r := range list {
		l := probes.RequestLine{
			Method: r.method, URL: clip(r.url, maxLine), Type: strings.ToLower(r.kind), Status: r.status, Error: r.err,
			Offset: r.begun.Sub(t.options.StartedAt), Duration: r.took,
		}
		if !r.done {
			l.Error, l.Duration = "pending", time.Since(r.begun)
		}
		lines = append(lines, l)
	}
	return lines
}
