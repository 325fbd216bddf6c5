package browser

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
	maxOutline = 16 << 10
	maxMarkup  = 256 << 10
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

func (t *tab) telling(limit int) telling {
	return telling{Max: limit, Mask: t.mask, Values: t.options.Redactor.Sought(), TestID: t.TestID}
}

// learnMask evaluates what is to be masked, as soon as a step's scope can. Until then nothing of a page can be shown.
func (t *tab) learnMask(ctx context.Context, scope *journeys.Scope) {
	if t.maskErr == nil {
		return
	}
	var parts []inpage.Part
	for i := range t.options.Journey.Mask {
		p, err := locate.NewPart(ctx, scope, &t.options.Journey.Mask[i])
		if err != nil {
			t.maskErr = fmt.Errorf("what is to be masked is not known: %w", err)
			return
		}
		parts = append(parts, *p)
	}
	t.mask, t.maskErr = parts, nil
}

// tell adds the page's text, its outline and its document to the evidence.
func (t *tab) tell(ctx context.Context, name string, e *probes.Evidence) {
	if t.maskErr != nil {
		return
	}
	_ = t.AskOnce(ctx, t.MainFrame, "spoken", t.telling(maxPageText), &e.PageText)
	var markup strings.Builder
	for i, f := range t.Tellable() {
		if ctx.Err() != nil {
			break
		}
		var outline, document string
		_ = t.AskOnce(ctx, f.ID, "outline", t.telling(maxOutline-len(e.Outline)), &outline)
		_ = t.AskOnce(ctx, f.ID, "markup", t.telling(max(0, maxMarkup-markup.Len())), &document)
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
