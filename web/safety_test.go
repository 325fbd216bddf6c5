package web_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/outrider-monitor/outrider/probes"
)

const attack = `"><img src=x onerror=alert(1)><script>alert(2)</script><svg onload=alert(3)>'`

// poisoned is a run of a site whose owner, or whoever broke into it, means ill: every text is an attack.
func poisoned(w *world) probes.Result {
	f := &probes.Failure{Reason: probes.Assertion, Message: attack, Expected: attack, Got: attack}
	files := []probes.Artifact{
		{Name: "attempt-1.jpeg", MIME: "image/jpeg", Data: shopPicture},
		{Name: "evil.svg", MIME: "image/svg+xml", Data: []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`)},
		{Name: "evil.html", MIME: "text/html", Data: []byte(`<script>alert(1)</script>`)},
		{Name: "evil.js", MIME: "text/javascript", Data: []byte(`alert(1)`)},
		{Name: "har.har", MIME: "application/json", Data: []byte(`{}`)},
	}
	r := result("checkout", 1, w.now.Add(-20*time.Second), []probes.StepResult{
		{Name: attack, Verb: attack, Status: probes.StepFailed, Duration: time.Second, Failure: f, Drift: attack, Tries: 2, Artifact: "evil.html",
			HTTP: &probes.HTTPInfo{Method: attack, URL: "javascript:alert(1)" + attack, Proto: attack, RemoteAddr: attack, Status: 200}},
		{Name: "after " + attack, Verb: "see", Status: probes.StepStatus(attack), Offset: time.Second, Finally: true},
	})
	r.Location, r.Trigger = attack, attack
	r.Outcome, r.Step, r.Failure = probes.Failed, attack, f
	a := &r.Attempts[0]
	a.Outcome, a.Step, a.Failure = probes.Failed, attack, f
	a.Evidence = &probes.Evidence{PageURL: "javascript:alert(document.cookie)//" + attack, PageTitle: attack, PageText: "</pre>" + attack, Screenshot: "attempt-1.jpeg",
		ResponseHead: "HTTP/1.1 200 OK\r\nX: " + attack, BodyExcerpt: "</pre></section>" + attack, Artifacts: files,
		Console:  []probes.ConsoleLine{{Level: "error", Text: attack, Source: "javascript:alert(1)"}},
		Requests: []probes.RequestLine{{Method: attack, URL: "javascript:alert(1)", Type: attack, Error: attack}}}
	return r
}

func TestWhatAPageUnderTestWroteStaysText(t *testing.T) {
	w := empty(t)
	r := poisoned(w)
	if err := w.add(r); err != nil {
		t.Fatal(err)
	}
	j := *w.watched.Journeys[1].Journey
	j.Title, j.Team, j.Runbook, j.Tags = attack, attack, "javascript:alert(1)", []string{attack}
	w.watched.Journeys[1].Journey = &j
	w.watched.Journeys[1].Pagers, w.watched.Journeys[1].Reproduce = []string{attack}, "outrider run "+attack
	w.watched.Deployment, w.watched.Location, w.watched.ReloadProblem = attack, attack, attack
	pages := 0
	w.crawl(t, func(path string, doc *goquery.Document) {
		pages++
		if n := doc.Find("[onerror], [onload], img[src=x], script:not([src])").Length(); n != 0 {
			t.Errorf("%s holds %d elements that it did not make", path, n)
		}
		doc.Find("[href], [src]").Each(func(_ int, s *goquery.Selection) {
			for _, name := range []string{"href", "src"} {
				if to, ok := s.Attr(name); ok && !strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "#") && !strings.HasPrefix(to, "https://") {
					t.Errorf("%s: a link leads to %q", path, to)
				}
			}
		})
	})
	if pages < 5 {
		t.Errorf("only %d pages were looked at", pages)
	}
	doc := w.page(t, "/runs/"+r.RunID, http.StatusOK)
	says(t, doc, "h1", squeeze(attack))
	says(t, doc, ".console", squeeze(attack))
	for _, path := range []string{"/nowhere/" + attack, "/journeys/" + attack, "/runs/" + attack, "/incidents/" + attack} {
		rec := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodGet, "/", nil)
		req.URL.Path = path
		w.handler.ServeHTTP(rec, req)
		if body := rec.Body.String(); rec.Code != http.StatusNotFound || strings.Contains(body, "<img src=x") || strings.Contains(body, "<script>") {
			t.Errorf("%q answers %d with the attack in it", path, rec.Code)
		}
	}
}

func TestPagesTrustNothingInlineAndNobodyElse(t *testing.T) {
	w := broken(t)
	for _, path := range []string{"/", "/runs/" + lastCheckout, "/nowhere", "/api/v1/journeys", "/static/live.js", "/favicon.ico"} {
		h := w.get(t, path).Header()
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "style-src 'self'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy is %q, want %q in it", path, csp, want)
			}
		}
		if strings.Contains(csp, "unsafe") {
			t.Errorf("%s: the policy is %q", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestPagesCanOnlyBeRead(t *testing.T) {
	w := broken(t)
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace, "PROPFIND"} {
		for _, path := range []string{"/", "/runs/" + lastCheckout, "/api/v1/journeys", "/nowhere"} {
			rec := httptest.NewRecorder()
			w.handler.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
			if rec.Code != http.StatusMethodNotAllowed || rec.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s answers %d, Allow %q", method, path, rec.Code, rec.Header().Get("Allow"))
			}
		}
	}
}

func TestArtifactsAreLookedAtAndNeverRun(t *testing.T) {
	w := empty(t)
	r := poisoned(w)
	if err := w.add(r); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct{ kind, disposition string }{
		"attempt-1.jpeg": {"image/jpeg", ""},
		"evil.svg":       {"application/octet-stream", "attachment; filename=evil.svg"},
		"evil.js":        {"application/octet-stream", "attachment; filename=evil.js"},
		"evil.html":      {"text/plain; charset=utf-8", ""},
		"har.har":        {"application/json", ""},
	} {
		rec := w.get(t, "/runs/"+r.RunID+"/artifacts/"+name)
		h := rec.Header()
		if rec.Code != http.StatusOK || h.Get("Content-Type") != want.kind || h.Get("Content-Disposition") != want.disposition {
			t.Errorf("%s answers %d as %q, %q", name, rec.Code, h.Get("Content-Type"), h.Get("Content-Disposition"))
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s is not kept in its place: %q", name, h)
		}
	}
	rec := w.get(t, "/runs/"+r.RunID+"/artifacts/attempt-1.jpeg")
	if rec.Body.Len() != len(shopPicture) {
		t.Errorf("the picture has %d bytes, want %d", rec.Body.Len(), len(shopPicture))
	}
}

func TestNoAddressLeadsOutOfARunsFolder(t *testing.T) {
	w := empty(t)
	r := poisoned(w)
	if err := w.add(r); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.handler)
	defer server.Close()
	for _, name := range []string{"..%2f..%2foutrider.db", "%2e%2e", "..%5c..%5coutrider.db", "%2fetc%2fpasswd", "a%00b", ".hidden", "%2e%2e%2f%2e%2e%2f%2e%2e%2foutrider.db", "../../../outrider.db"} {
		for _, path := range []string{"/runs/" + r.RunID + "/artifacts/" + name, "/runs/" + name + "/artifacts/attempt-1.jpeg", "/static/" + name} {
			res, err := server.Client().Get(server.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != http.StatusNotFound && res.StatusCode != http.StatusBadRequest {
				t.Errorf("%s answers %d", path, res.StatusCode)
			}
		}
	}
}
