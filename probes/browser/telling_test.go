package browser

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// refusing answers what the page of evidence asks for.
func refusing(z *zoo) {
	z.mux.HandleFunc("/refuse", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "cookie-5ca1ab1e"})
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusConflict)
		_, _ = w.Write([]byte(`{"error": "the card huntertwo was declined"}`))
	})
}

// told runs the steps with the runner, as a monitor does, and gives the evidence.
func told(t *testing.T, z *zoo, src string) *probes.Evidence {
	t.Helper()
	j := parse(t, z, src)
	runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{driver(t)}, Env: func(name string) (string, bool) { return "huntertwo", name == "PASSWORD" }})
	r := runner.Run(t.Context(), &j, probes.Request{})
	if r.Last() == nil {
		t.Fatalf("it is %v: %v", r.Outcome, r.Failure)
	}
	return r.Last().Evidence
}

const checkoutEvidence = `secrets: {password: {env: PASSWORD}}
mask: testid=customer-email
KEYS
steps:
  - goto: ZOO/evidence.html
  - fill: label=Password
    with: ${{ secrets.password }}
  - eval: |
      new Promise((r) => { const f = () => performance.getEntriesByType('resource').some((e) => e.name.includes('refuse') && e.responseEnd) ? r(1) : setTimeout(f, 10); f() })
  - see: Order confirmed
    timeout: 700ms
`

func TestEvidenceShowsThePageAsTextWithoutWhatNobodyMaySee(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	refusing(z)
	e := told(t, z, strings.Replace(checkoutEvidence, "KEYS", "", 1))
	files := map[string]string{}
	for _, a := range e.Artifacts {
		files[a.Name] = string(a.Data)
	}
	dom, har := files[e.DOM], files[e.HAR]
	for _, want := range []string{
		"- banner\n  - link \"Basil & Bike\"", "- heading \"Checkout\" [level=1]", "- (masked)", `- textbox "Full name": Ada`, `- textbox "Password": (not shown)`,
		`- checkbox "I am hungry" [checked]`, `- combobox "Quantity": 2`, `- button "Place order" [disabled]`, `- button "In the shadow"`, "- frame http",
	} {
		if !strings.Contains(e.Outline, want) {
			t.Errorf("the outline has no %q:\n%s", want, e.Outline)
		}
	}
	for _, want := range []string{`<input name="name" value="Ada">`, `value="(not shown)"`, "#shadow-root", "<button>", "Nobody sees this", "(masked)", "#frame http"} {
		if !strings.Contains(dom, want) {
			t.Errorf("the document has no %q:\n%s", want, dom)
		}
	}
	if strings.Contains(e.Outline, "Nobody sees") || strings.Contains(e.Outline, "Decoration") {
		t.Errorf("the outline has what nobody sees:\n%s", e.Outline)
	}
	if !strings.Contains(e.PageText, "Checkout") || !strings.Contains(e.PageText, "Sent to (masked) soon") {
		t.Errorf("the text is %q", e.PageText)
	}
	if q := e.Requests[0]; q.Status != 409 || !strings.Contains(q.Body, "was declined") || !strings.Contains(q.URL, "token=(not shown)&page=2") || q.ThirdParty {
		t.Errorf("the first request is %+v", q)
	}
	checkRecording(t, har)
	if r, g, b := colourAt(t, []byte(files[e.Screenshot]), 300, 320); r > 60 || g > 60 || b > 60 {
		t.Errorf("what is masked shows in the picture: %d %d %d", r, g, b)
	}
	whole, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for what, text := range map[string]string{"the evidence": string(whole), "the document": dom, "the recording": har} {
		for _, secret := range []string{"huntertwo", "5ca1ab1e"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds %q:\n%s", what, secret, text)
			}
		}
	}
}

func checkRecording(t *testing.T, har string) {
	t.Helper()
	var file struct {
		Log struct {
			Version string
			Entries []struct {
				Request  struct{ Method, URL string }
				Response struct{ Status int }
				Time     float64
			}
		}
	}
	if err := json.Unmarshal([]byte(har), &file); err != nil {
		t.Fatalf("the recording cannot be read: %v", err)
	}
	found := 0
	for _, e := range file.Log.Entries {
		if e.Request.Method == "POST" && e.Response.Status == 409 && e.Time > 0 {
			found++
		}
	}
	if file.Log.Version != "1.2" || len(file.Log.Entries) < 3 || found != 1 {
		t.Errorf("the recording is %+v", file)
	}
}

func TestAJourneySaysWhichAttemptsLeaveEvidence(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	refusing(z)
	if e := told(t, z, strings.Replace(checkoutEvidence, "KEYS", "evidence: never", 1)); e != nil {
		t.Errorf("evidence that nobody wants: %+v", e)
	}
	e := told(t, z, "evidence: {when: always, har: false}\nsteps:\n  - goto: ZOO/evidence.html\n  - see: Checkout")
	if e == nil || e.Screenshot == "" || e.Outline == "" || e.DOM == "" || e.HAR != "" {
		t.Errorf("the evidence of a good attempt is %+v", e)
	}
}

func TestWithoutKnowingWhatToMaskNothingIsShown(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	e := told(t, z, "mask: testid=${{ env.NOBODY }}\nsteps:\n  - goto: ZOO/late.html\n  - see: Order confirmed\n    timeout: 300ms")
	if e.Screenshot != "" || e.PageText != "" || e.DOM != "" || !strings.Contains(e.Console[len(e.Console)-1].Text, "no picture could be taken") {
		t.Errorf("the evidence is %+v", e)
	}
}
