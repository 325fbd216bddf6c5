package witness

import (
	"context"
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
	"github.com/outrider-monitor/outrider/probes/browser/locate"
)

const (
	maxOutline  = 16 << 10
	maxPageText = 8 << 10
	maxMarkup   = 256 << 10
)

// telling is a question about all that a page shows, without what is masked.
type telling struct {
	Max  int           `json:"max"`
	Mask []inpage.Part `json:"mask,omitzero"`
	// Values are secrets that may stand there in pieces.
	Values []string `json:"values,omitzero"`
	TestID string   `json:"testID"`
	Plain  bool     `json:"plain,omitzero"`
}

func (w *Eye) telling(limit int) telling {
	return telling{Max: limit, Mask: w.mask, Values: w.redactor.Sought(), TestID: w.TestID}
}

// LearnMask evaluates what is to be masked, as soon as a step's scope can. Until then nothing of a page can be shown.
func (w *Eye) LearnMask(ctx context.Context, scope *journeys.Scope, mask []journeys.Locator) {
	if w.maskErr == nil {
		return
	}
	var parts []inpage.Part
	for i := range mask {
		p, err := locate.NewPart(ctx, scope, &mask[i])
		if err != nil {
			w.maskErr = fmt.Errorf("what is to be masked is not known: %w", err)
			return
		}
		parts = append(parts, *p)
	}
	w.mask, w.maskErr = parts, nil
	w.Mask = parts
}

// Controls are the page's controls, headings and texts as they can be compared with those of another run.
func (w *Eye) Controls(ctx context.Context, limit int) (lines []string) {
	if w.maskErr != nil {
		return nil
	}
	q := w.telling(limit)
	q.Plain = true
	_ = w.AskOnce(ctx, w.MainFrame, "outline", q, &lines)
	return lines
}

// Tell adds the page's text, its outline and its document to the evidence.
func (w *Eye) Tell(ctx context.Context, name string, e *probes.Evidence) {
	if w.maskErr != nil {
		return
	}
	_ = w.AskOnce(ctx, w.MainFrame, "spoken", w.telling(maxPageText), &e.PageText)
	var markup strings.Builder
	for i, f := range w.Tellable() {
		if ctx.Err() != nil {
			break
		}
		var outline, document string
		_ = w.AskOnce(ctx, f.ID, "outline", w.telling(maxOutline-len(e.Outline)), &outline)
		_ = w.AskOnce(ctx, f.ID, "markup", w.telling(max(0, maxMarkup-markup.Len())), &document)
		if i > 0 {
			outline = indented(fmt.Sprintf("- frame %s", f.URL), outline)
			document = fmt.Sprintf("\n\n#frame %s\n%s", f.URL, document)
		}
		if outline != "" && len(e.Outline) < maxOutline {
			e.Outline += outline + "\n"
		}
		markup.WriteString(document)
	}
	if markup.Len() > 0 {
		e.DOM = name + "-dom.txt"
		e.Artifacts = append(e.Artifacts, probes.Artifact{Name: e.DOM, MIME: "text/plain; charset=utf-8", Data: []byte(markup.String())})
	}
}

func indented(head, text string) string {
	if text == "" {
		return ""
	}
	return head + "\n  " + strings.ReplaceAll(text, "\n", "\n  ")
}
