package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/har"
	"github.com/outrider-monitor/outrider/probes/browser/traffic"
	"github.com/outrider-monitor/outrider/probes/spans"
)

const (
	maxPageText = 8 << 10
	// pictureTime bounds the covering and the taking of a picture.
	pictureTime = 3 * time.Second
	jpegQuality = 60
	// uncoverTime is for leaving the page as it was, even if the picture's time is over.
	uncoverTime = 500 * time.Millisecond
	// tellTime bounds what is read of a page beside its picture.
	tellTime = 1500 * time.Millisecond
)

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
	if picture, err := s.picture(ctx, name); err == nil {
		e.Screenshot = picture.Name
		e.Artifacts = append(e.Artifacts, *picture)
	} else {
		e.Console = append(e.Console, probes.ConsoleLine{
			Level: "warning", Text: "no picture could be taken: " + err.Error(), Offset: time.Since(t.options.StartedAt),
		})
	}
	s.show(name, e)
	look, cancel = context.WithTimeout(ctx, tellTime)
	defer cancel()
	t.tell(look, name, e)
	t.bodies(look, lines, notable)
	if recording := t.record(name, e.PageTitle); recording != nil {
		e.HAR = recording.Name
		e.Artifacts = append(e.Artifacts, *recording)
	}
}

// picture takes a picture of what is in view, with the secrets covered before it is taken. If the covering
// cannot be vouched for there is no picture.
func (s *session) picture(ctx context.Context, name string) (*probes.Artifact, error) {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	data, err := s.covered(ctx, jpegQuality)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, ".jpg") && !strings.HasSuffix(name, ".jpeg") {
		name += ".jpg"
	}
	return &probes.Artifact{Name: name, MIME: "image/jpeg", Data: data}, nil
}

// covered covers, takes the picture and uncovers.
func (s *session) covered(ctx context.Context, quality int) ([]byte, error) {
	t := s.tab
	if t.maskErr != nil {
		return nil, t.maskErr
	}
	covered, err := t.cover(ctx, t.options.Redactor.Sought())
	defer t.uncover(ctx, covered)
	if err == nil && t.options.Redactor.Active() {
		err = t.openSecrets(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("covering the secrets: %w", err)
	}
	return t.shoot(ctx, quality)
}

// shoot takes a picture of what is in view, as it is.
func (t *tab) shoot(ctx context.Context, quality int) ([]byte, error) {
	var shot struct {
		Data []byte `json:"data"`
	}
	err := t.Call(ctx, "Page.captureScreenshot", map[string]any{
		"format": "jpeg", "quality": quality, "optimizeForSpeed": true,
	}, &shot)
	return shot.Data, err
}

// covering is what to cover.
type covering struct {
	telling
	Values []string `json:"values"`
}

// cover covers secrets in every frame, and gives the frames that need uncovering.
func (t *tab) cover(ctx context.Context, values []string) (covered []cdp.FrameID, err error) {
	if values == nil {
		values = []string{}
	}
	for _, id := range t.FrameIDs() {
		err := t.AskOnce(ctx, id, "cover", covering{telling: t.telling(0), Values: values}, nil)
		if err == nil {
			covered = append(covered, id)
			continue
		}
		if t.HasFrame(id) && (len(values)+len(t.mask) > 0 || ctx.Err() != nil) {
			return covered, fmt.Errorf("a frame did not answer: %w", err)
		}
	}
	return covered, nil
}

func (t *tab) uncover(ctx context.Context, covered []cdp.FrameID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), uncoverTime)
	defer cancel()
	for _, id := range covered {
		_ = t.AskOnce(ctx, id, "uncover", nil, nil)
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

// openSecrets refuses a picture if a closed shadow root shows a secret, because our script cannot cover what
// it cannot reach.
func (t *tab) openSecrets(ctx context.Context) error {
	texts, err := t.ClosedTexts(ctx)
	if err != nil {
		return err
	}
	for _, text := range texts {
		if t.options.Redactor.String(text) != text {
			return errors.New("a secret stands in a closed shadow root")
		}
	}
	return nil
}
