// Package witness gives what a person needs to believe that a page was as the run says: a picture, a film, the page's text,
// outline and document.
//
// Secrets and what a journey masks are covered before a picture is taken and left out of every text; the page is left as
// it was. Its one rule: what cannot be vouched for to show nothing that must not be shown is not shown at all.
package witness

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

const (
	// pictureTime bounds the covering and the taking of a picture.
	pictureTime = 3 * time.Second
	jpegQuality = 60
	// uncoverTime is for leaving the page as it was, even if the picture's time is over.
	uncoverTime = 500 * time.Millisecond
)

// Eye sees a page as it may be shown: without what is masked, and without secrets.
type Eye struct {
	*page.Page
	redactor *probes.Redactor
	// mask is what is to be covered and left out. Until maskErr is nil it is not known.
	mask    []inpage.Part
	maskErr error
}

// NewEye makes the eye for a page. What is masked has still to be learnt, if anything is.
func NewEye(p *page.Page, r *probes.Redactor, masks bool) *Eye {
	e := &Eye{Page: p, redactor: r}
	if masks {
		e.maskErr = errors.New("no step has begun")
	}
	return e
}

// Picture takes a picture of what is in view, with the secrets covered before it is taken. If the covering
// cannot be vouched for there is no picture.
func (w *Eye) Picture(ctx context.Context, name string) (*probes.Artifact, error) {
	ctx, cancel := context.WithTimeout(ctx, pictureTime)
	defer cancel()
	data, err := w.covered(ctx, jpegQuality)
	if err != nil {
		return nil, err
	}
	if !strings.HasSuffix(name, ".jpg") && !strings.HasSuffix(name, ".jpeg") {
		name += ".jpg"
	}
	return &probes.Artifact{Name: name, MIME: "image/jpeg", Data: data}, nil
}

// covered covers, takes the picture and uncovers.
func (w *Eye) covered(ctx context.Context, quality int) ([]byte, error) {
	if w.maskErr != nil {
		return nil, w.maskErr
	}
	covered, err := w.cover(ctx, w.redactor.Sought())
	defer w.uncover(ctx, covered)
	if err == nil && w.redactor.Active() {
		err = w.openSecrets(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("covering the secrets: %w", err)
	}
	return w.shoot(ctx, quality)
}

// shoot takes a picture of what is in view, as it is.
func (w *Eye) shoot(ctx context.Context, quality int) ([]byte, error) {
	var shot struct {
		Data []byte `json:"data"`
	}
	err := w.Call(ctx, "Page.captureScreenshot", map[string]any{
		"format": "jpeg", "quality": quality, "optimizeForSpeed": true,
	}, &shot)
	if err != nil && ctx.Err() != nil {
		return nil, fmt.Errorf("the page drew none within %v: it is still busy, or a dialog is open", pictureTime)
	}
	return shot.Data, err
}

// covering is what to cover.
type covering struct {
	telling
	Values []string `json:"values"`
}

// cover covers secrets in every frame, and gives the frames that need uncovering.
func (w *Eye) cover(ctx context.Context, values []string) (covered []cdp.FrameID, err error) {
	if values == nil {
		values = []string{}
	}
	for _, id := range w.FrameIDs() {
		err := w.AskOnce(ctx, id, "cover", covering{telling: w.telling(0), Values: values}, nil)
		if err == nil {
			covered = append(covered, id)
			continue
		}
		if w.HasFrame(id) && (len(values)+len(w.mask) > 0 || ctx.Err() != nil) {
			return covered, fmt.Errorf("a frame did not answer: %w", err)
		}
	}
	return covered, nil
}

func (w *Eye) uncover(ctx context.Context, covered []cdp.FrameID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), uncoverTime)
	defer cancel()
	for _, id := range covered {
		_ = w.AskOnce(ctx, id, "uncover", nil, nil)
	}
}

// openSecrets refuses a picture if a closed shadow root shows a secret, because our script cannot cover what
// it cannot reach.
func (w *Eye) openSecrets(ctx context.Context) error {
	texts, err := w.ClosedTexts(ctx)
	if err != nil {
		return err
	}
	for _, text := range texts {
		if w.redactor.String(text) != text {
			return errors.New("a secret stands in a closed shadow root")
		}
	}
	return nil
}
