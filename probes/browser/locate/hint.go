package locate

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	// hintFrames and hintTime bound the looking for something in frames, after it was not found in the page.
	hintFrames = 8
	hintTime   = time.Second
)

// hinted adds to an obstacle that what was not found in the page is in one of its frames, and how to say so. It is the
// mistake that is made most with what others provide: card fields, consent banners.
func (l *Finder) hinted(ctx context.Context, tg Subject, err error) error {
	var o *Obstacle
	if !errors.As(err, &o) || o.Kind != "none" {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), hintTime)
	defer cancel()
	for _, id := range l.showing(ctx, tg.Alts[0].Part) {
		if name := l.frameName(ctx, id); name != "" {
			why, _, _ := strings.Cut(o.Why, "; there is ") // what is nearest in the page is not what was meant
			return &Obstacle{o.Kind, fmt.Sprintf("%s in the page; it is in a frame: add frame: %s", why, name)}
		}
	}
	return err
}

// showing are the frames that show what is sought. All are asked at once: one that does not answer must not hide what another
// one has.
func (l *Finder) showing(ctx context.Context, part inpage.Part) (found []cdp.FrameID) {
	frames := l.Within(hintFrames)
	shows := make([]chan bool, len(frames))
	for i, id := range frames {
		shows[i] = make(chan bool, 1)
		go func() {
			var a inpage.Answer
			q := inpage.Query{Alts: []inpage.Part{part}, Want: inpage.Visible, TestID: l.TestID}
			shows[i] <- l.AskOnce(ctx, id, "read", q, &a) == nil && a.Visible
		}()
	}
	for i, id := range frames {
		if <-shows[i] {
			found = append(found, id)
		}
	}
	return found
}

// frameName is a locator of a frame, as an author would write it; empty if there is none.
func (l *Finder) frameName(ctx context.Context, id cdp.FrameID) string {
	attributes := l.OwnerAttributes(ctx, id)
	if title := strings.Join(strings.Fields(attributes["title"]), " "); title != "" {
		if strings.ContainsAny(title, ",[]{}\"'\\#&*!|>%@`:") {
			title = strconv.Quote(title)
		}
		return "{title: " + title + "}"
	}
	for _, name := range []string{"name", "id", "src"} {
		if v := attributes[name]; v != "" {
			return fmt.Sprintf("{css: 'iframe[%s=%q]'}", name, redact.Cut(v, 100))
		}
	}
	return ""
}
