package browser

import (
	"bytes"
	"context"
	"fmt"
	"image/color"
	"image/jpeg"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/page"
)

// colourAt gives the colour of the picture at a point.
func colourAt(t *testing.T, data []byte, x, y int) (r, g, b uint8) {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
	return c.R, c.G, c.B
}

func pictures(e *probes.Evidence) (n int) {
	for _, a := range e.Artifacts {
		if strings.HasPrefix(a.MIME, "image/") {
			n++
		}
	}
	return n
}

func pixel(t *testing.T, s string) int {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int(f)
}

func withSecrets(o *probes.SessionOptions) {
	o.Redactor = probes.NewRedactor(map[string]string{"card": "4242424242424242", "password": "huntertwo"})
}

func TestSecretsAreCoveredBeforeThePictureIsTaken(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), `
  - goto: ZOO/secrets.html
  - fill: label=Card
    with: "4242424242424242"
`, withSecrets)
	v.pass()
	e := v.evidence()
	if pictures(e) != 1 || e.Screenshot != e.Artifacts[0].Name || e.Artifacts[0].MIME != "image/jpeg" {
		t.Fatalf("the picture is missing: %+v", e.Console)
	}
	data := e.Artifacts[0].Data
	for what, at := range map[string][2]int{
		"a text": {350, 20}, "a text in two elements": {300, 80}, "a field": {250, 140},
	} {
		if r, g, b := colourAt(t, data, at[0], at[1]); r > 60 || g > 60 || b > 60 {
			t.Errorf("%s shows: its colour is %d %d %d", what, r, g, b)
		}
	}
	if r, g, b := colourAt(t, data, 200, 230); b < 200 || r > 60 || g > 60 {
		t.Errorf("what is no secret is covered: its colour is %d %d %d", r, g, b)
	}
	// The page is as it was afterwards: journeys go on after a picture.
	var style string
	if err := v.s.tab.Ask(t.Context(), v.s.tab.MainFrame, "title", func() any { return nil }, &style); err != nil {
		t.Fatal(err)
	}
	var res page.Evaluated
	if err := v.s.tab.Call(t.Context(), "Runtime.evaluate", page.EvaluateParams{Expression: "document.getElementById('plain').getAttribute('style')", ByValue: true}, &res); err != nil {
		t.Fatal(err)
	}
	if got := string(res.Result.Value); got != `"top:0;margin:0"` {
		t.Errorf("the style is left at %s", got)
	}
}

func TestASecretIsCoveredHoweverThePageShowsIt(t *testing.T) {
	v := visit(t, newZoo(t), "  - goto: ZOO/disclosures.html\n  - screenshot: disclosures", withSecrets)
	v.pass()
	data := v.done.Artifact.Data
	for i, what := range []string{
		"beside an element that shows it too", "a drawing", "what a style sheet shows", "in place of a picture",
		"a chosen option", "base64", "capitals", "a selected text", "an open shadow root",
		"over several elements, beside one that shows it too", "a form with a field called style",
	} {
		for _, x := range []int{20, 50, 80} {
			if r, g, b := colourAt(t, data, x, i*40+20); r > 60 || g > 60 || b > 60 {
				t.Errorf("%s: the colour at %d is %d %d %d", what, x, r, g, b)
				break
			}
		}
	}
	if r, g, b := colourAt(t, data, 300, 460); b < 200 || r > 60 || g > 60 {
		t.Errorf("what is no secret is covered: its colour is %d %d %d", r, g, b)
	}
	var res page.Evaluated
	err := v.s.tab.Call(t.Context(), "Runtime.evaluate", page.EvaluateParams{ByValue: true, Expression: `document.activeElement.id +
		document.querySelector(".pseudo").getAttribute("style") + document.querySelectorAll("[popover]").length`}, &res)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(res.Result.Value); got != `"chosendisplay:block0"` {
		t.Errorf("the page is not as it was: %s", got)
	}
}

func TestThereIsNoPictureOfASecretInAClosedShadowRoot(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.mux.HandleFunc("/closed", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<title>Closed</title><h1>Closed</h1><div id="host"></div><script>
			host.attachShadow({mode: "closed"}).innerHTML = "<p>it is <b>%s</b></p>"</script>`, r.URL.Query().Get("word"))
	})
	v := visit(t, z, "  - goto: ZOO/closed?word=huntertwo", withSecrets)
	v.pass()
	if e := v.evidence(); pictures(e) != 0 || len(e.Console) == 0 || !strings.Contains(e.Console[len(e.Console)-1].Text, "closed shadow root") {
		t.Errorf("%d pictures, console %+v", pictures(e), e.Console)
	}
	v = visit(t, z, "  - goto: ZOO/closed?word=public\n  - see: Closed", withSecrets)
	v.pass()
	if e := v.evidence(); pictures(e) != 1 {
		t.Errorf("what is no secret keeps no picture away: %+v", e.Console)
	}
}

func TestASecretInAFrameOfAnotherSiteIsCovered(t *testing.T) {
	t.Parallel()
	eachIsolation(t, coverInFrame)
}

func coverInFrame(t *testing.T, d *Driver) {
	v := visitWith(t, d, newZoo(t), `
  - goto: ZOO/frames.html
  - fill: {label: Card number, frame: {title: Other site}}
    with: "4242424242424242"
  - scroll_to: {title: Other site}
  - screenshot: card
`, withSecrets)
	v.pass()
	var res page.Evaluated
	err := v.s.tab.Call(t.Context(), "Runtime.evaluate", page.EvaluateParams{ByValue: true, Expression: "(() => { const r = other.getBoundingClientRect(); return [r.x, r.y] })()"}, &res)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Split(strings.Trim(string(res.Result.Value), "[]"), ",")
	x, y := pixel(t, at[0]), pixel(t, at[1])
	if r, g, b := colourAt(t, v.done.Artifact.Data, x+200, y+30); r > 60 || g > 60 || b > 60 {
		t.Errorf("the field shows: its colour is %d %d %d", r, g, b)
	}
}

func TestASensitiveStepLeavesNoPictureAndNoText(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), "  - goto: ZOO/secrets.html\n  - click: Nothing there\n    sensitive: true")
	v.fail(probes.Locator)
	e := v.evidence()
	if len(e.Artifacts) > 0 || e.PageText != "" {
		t.Errorf("there are %d pictures and the text %q", len(e.Artifacts), e.PageText)
	}
}

func TestEvidenceTellsWhatThePageDid(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	v := visit(t, z, `
  - goto: ZOO/errors.html
  - click: Talk
  - click: Refused order
  - click: Broken script
  - see: Order confirmed
`)
	v.failDiagnosed(probes.Assertion, `no "Order confirmed"`)
	e := v.evidence()
	if e.PageURL != z.URL+"/errors.html" || e.PageTitle != "Errors" || !strings.Contains(e.PageText, "Refused order") {
		t.Errorf("the page is %q %q %q", e.PageURL, e.PageTitle, e.PageText)
	}
	want := []struct{ level, text, source string }{
		{"log", "hello 42", "errors.html:7:"}, {"warning", "careful", ":6:"}, {"error", "bad", ":6:"},
		{"exception", "ReferenceError: undefinedFunction is not defined", "errors.html:3:"},
	}
	if len(e.Console) != len(want) {
		t.Fatalf("the console is %+v", e.Console)
	}
	for i, w := range want {
		c := e.Console[i]
		if c.Level != w.level || !strings.Contains(c.Text, w.text) || !strings.Contains(c.Source, w.source) || c.Offset <= 0 {
			t.Errorf("line %d is %+v, want %+v", i, c, w)
		}
	}
	if len(e.Requests) == 0 || e.Requests[0].Status != 500 || e.Requests[0].Method != http.MethodPost || e.Requests[0].Type != "fetch" {
		t.Errorf("the requests are %+v", e.Requests)
	}
}

func TestAScriptThatDiesDuringTheStepIsTheReason(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), "  - goto: ZOO/errors.html\n  - click: Broken script\n    expect: title == \"Thank you\"")
	v.step(secondsFive)
	if err := v.step(secondsFive); err == nil {
		t.Fatal("it passed")
	}
	f := v.s.Diagnose(t.Context(), &probes.Failure{Reason: probes.Assertion, Message: "expected another title"})
	if f.Reason != probes.Script || !strings.Contains(f.Message, "expected another title") || !strings.Contains(f.Message, "undefinedFunction") {
		t.Errorf("got %+v", f)
	}
}

func TestARefusedRequestIsToldWithoutChangingTheReason(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	v := visit(t, z, "  - goto: ZOO/errors.html\n  - click: Refused order\n    expect: title == \"Thank you\"")
	v.step(secondsFive)
	_ = v.step(secondsFive)
	if err := v.s.Changed(t.Context()); err != nil {
		t.Fatal(err)
	}
	f := v.s.Diagnose(t.Context(), &probes.Failure{Reason: probes.Assertion, Message: "no order"})
	if f.Reason != probes.Assertion || !strings.Contains(f.Message, "answered 500") {
		t.Errorf("got %+v", f)
	}
}

func TestAPageThatIsStillLoadingLeavesItsEvidenceInTime(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	v := visit(t, z, "  - goto: ZOO/own-hang")
	v.fail(probes.Timeout, "still waiting for")
	begun := time.Now()
	e := v.evidence()
	if pictures(e) != 1 || time.Since(begun) > 4*time.Second {
		t.Errorf("%d pictures after %v: %+v", pictures(e), time.Since(begun), e.Console)
	}
	if len(e.Requests) == 0 || e.Requests[0].Error != "pending" {
		t.Errorf("the requests are %+v", e.Requests)
	}
}

// The step fails with the head of the answer; what a person wants to read comes after it.
func TestAnErrorPageIsReadToItsEndForTheEvidence(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	v := visit(t, z, "  - goto: ZOO/refused-at-length")
	v.fail(probes.Status, "404")
	if e := v.evidence(); pictures(e) != 1 || !strings.Contains(e.PageText, "There is no such page") {
		t.Errorf("%d pictures, the text is %.80q, the console %+v", pictures(e), e.PageText, e.Console)
	}
}

// It goes first, alone: it keeps both cores busy.
func TestAPageThatTalksAndAsksWithoutEndIsBounded(t *testing.T) {
	z := newZoo(t)
	z.mux.HandleFunc("/api/endless", func(http.ResponseWriter, *http.Request) {})
	ask := `  - eval: '(async () => { for (let i = 0; i < 4; i++) await Promise.all(Array.from({length: 200}, () => fetch("/api/endless", {method: "HEAD"}))) })()'` + "\n"
	v := visit(t, z, "  - goto: ZOO/elsewhere.html\n  - eval: for (let i = 0; i < 3000; i++) console.log(i)\n"+strings.Repeat(ask, 4))
	v.pass()
	e := v.evidence()
	said := fmt.Sprint(e.Console)
	if len(e.Console) > 210 || !strings.Contains(said, "2800 lines left out") || !strings.Contains(said, "requests left out: the page asks without end") {
		t.Errorf("%d lines, the last %+v", len(e.Console), e.Console[len(e.Console)-2:])
	}
}

func TestABusyPageIsATimeoutAndLeavesItsEvidence(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), "  - goto: ZOO/errors.html\n  - click: Busy")
	f := v.fail(probes.Timeout)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if f = v.s.Diagnose(ctx, f); f.Reason != probes.Timeout {
		t.Errorf("got %+v", f)
	}
	if e := v.evidence(); e.PageURL == "" {
		t.Error("there is no evidence")
	}
}
