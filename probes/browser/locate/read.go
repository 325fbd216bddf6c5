package locate

import (
	"context"
	"errors"

	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// Absence says why nothing that a locator means can be seen, and what is there instead; empty if something is.
func (l *Finder) Absence(ctx context.Context, a *Alternative) string {
	_, err := l.glance(ctx, *a, inpage.Query{Want: inpage.See})
	var o *Obstacle
	if !errors.As(err, &o) || o.Kind != "none" {
		return ""
	}
	return o.Why
}

// ReadAt asks the frame that the locator names. Nothing is there in a frame that is not there.
func (l *Finder) ReadAt(ctx context.Context, a *Alternative, q inpage.Query) (inpage.Answer, error) {
	q.Alts = []inpage.Part{a.Part}
	at := place{Frame: l.MainFrame}
	absent := inpage.Answer{OK: q.Want == inpage.Count || q.Want == inpage.Visible, Kind: "none"}
	l.Lock()
	if !l.Main.Interactive {
		absent = inpage.Answer{Kind: "none", Why: "the page is still loading: its frame may yet come"}
	}
	l.Unlock()
	if a.Frame != nil {
		short, cancel := context.WithTimeout(ctx, page.Tick+page.Margin)
		defer cancel()
		var err error
		at, err = l.enter(short, a.Frame, q.Act)
		var o *Obstacle
		if errors.As(err, &o) || errors.Is(err, page.ErrFrameGone) || err != nil && short.Err() != nil && ctx.Err() == nil {
			return absent, nil
		}
		if err == nil {
			err = l.Until(ctx, func() bool { return !l.Going(at.Frame) })
		}
		if err != nil {
			return inpage.Answer{}, err
		}
	}
	answer, err := l.Read(ctx, at.Frame, q)
	if errors.Is(err, page.ErrFrameGone) {
		return absent, nil
	}
	return answer, err
}
