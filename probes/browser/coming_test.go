package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestWhatHasNotComeYetIsNotGone goes to a page whose second half, with the error, comes later than the step looks.
func TestWhatHasNotComeYetIsNotGone(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.mux.HandleFunc("/halves", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<!doctype html><title>Halves</title><h1>Basket</h1>"+strings.Repeat(" ", 2000))
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(300 * time.Millisecond):
		case <-r.Context().Done():
		}
		fmt.Fprint(w, "<p class=error>Sold out</p><iframe title=Late srcdoc='<p class=error>Declined'></iframe>")
	})
	z.mux.HandleFunc("/to-halves", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><a href=/halves>Go</a> <a href=/halves target=f>Go inside</a> <iframe title=F name=f></iframe>
<button onclick="document.open(); document.write('<h1>Written</h1>')">Write</button>`)
	})
	for name, step := range map[string]string{
		"gone":             "click: Go\n  - gone: Sold out",
		"count":            "click: Go\n    expect: count(\"css=.error\") == 0",
		"visible":          "click: Go\n    expect: not visible(\"text=Sold out\")",
		"gone in a frame":  "click: Go inside\n  - gone: {text: Sold out, frame: {title: F}}",
		"gone with frame":  "click: Go\n  - gone: {text: Declined, frame: {title: Late}}",
		"count with frame": "click: Go\n    expect: \"count({text: 'Declined', frame: {title: 'Late'}}) == 0\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := visit(t, z, "  - goto: ZOO/to-halves\n  - "+step)
			for v.n < len(v.j.Steps)-1 {
				if err := v.step(secondsFive); err != nil {
					t.Fatal(err)
				}
			}
			if err := v.step(time.Second); err == nil {
				t.Error("what had not come yet was gone")
			}
		})
	}
	visit(t, z, "  - goto: ZOO/to-halves\n  - click: Write\n  - see: Written\n  - gone: Sold out\n    expect: count(\"css=h1\") == 1").pass()
}
