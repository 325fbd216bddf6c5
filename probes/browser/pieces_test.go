package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestASecretInPiecesIsNotToldEither shows the secret with a part of it marked, broken in two lines, in a field that took
// the beginning of it and was replaced, and in a shadow root.
func TestASecretInPiecesIsNotToldEither(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.mux.HandleFunc("/pieces", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `<!doctype html><title>Pieces</title><h1>Pieces</h1><p id=kept>Kept for <b>you</b></p><p>Word: hunt<mark>ertwo</mark></p>
<h2>hunte<br>rtwo</h2><div id=d></div><script>d.attachShadow({mode: 'open'}).innerHTML = '<p>hunter<b>two</b></p>'</script>
<input aria-label=Password oninput="const n = this.cloneNode(); n.value = this.value.slice(0, 6); this.replaceWith(n)">`)
	})
	e := told(t, z, "secrets: {password: {env: PASSWORD}}\nsteps:\n  - goto: ZOO/pieces\n  - fill: label=Password\n    with: ${{ secrets.password }}\n    timeout: 1s")
	whole, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	texts := string(whole)
	for _, a := range e.Artifacts {
		if a.Name == e.DOM {
			texts += string(a.Data)
		}
	}
	for _, piece := range []string{"hunt", "rtwo", "<mark>", "<b>two"} {
		if at := strings.Index(texts, piece); at >= 0 {
			t.Errorf("%q is told: %s", piece, texts[max(0, at-100):min(len(texts), at+50)])
		}
	}
	if !strings.Contains(e.Outline, "Kept for") || !strings.Contains(e.PageText, "Kept for you") {
		t.Errorf("what is no secret is not told:\n%s\n%s", e.Outline, e.PageText)
	}
}
