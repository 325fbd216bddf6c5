package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/web"
)

// page gets a page and reads it.
func (w *world) page(t testing.TB, path string, want int) *goquery.Document {
	t.Helper()
	rec := w.get(t, path)
	if rec.Code != want {
		t.Fatalf("%s answers %d, want %d:\n%s", path, rec.Code, want, rec.Body)
	}
	if kind := rec.Header().Get("Content-Type"); kind != "text/html; charset=utf-8" {
		t.Errorf("%s is %q", path, kind)
	}
	doc, err := goquery.NewDocumentFromReader(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// says fails the test unless the selected element's text holds every one of these.
func says(t testing.TB, doc *goquery.Document, selector string, want ...string) {
	t.Helper()
	text := squeeze(doc.Find(selector).Text())
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("%s says %q, want %q in it", selector, text, w)
		}
	}
}

func squeeze(text string) string { return strings.Join(strings.Fields(text), " ") }

const lastCheckout = "019a003b-checkout-7000"

func TestTheOverviewSaysFirstWhatIsBroken(t *testing.T) {
	w := broken(t)
	doc := w.page(t, "/", http.StatusOK)
	says(t, doc, "h1", "Checkout is broken.")
	says(t, doc, "title", "Checkout is broken")
	says(t, doc, "#incidents .account", "Checkout fails at “Place the order”", "critical", "9 failed runs", "from london",
		`role=button[name="Place order"] to receive the click`, `the click goes to <div class="chat-box"`)
	if src, _ := doc.Find("#incidents img").Attr("src"); src != "/runs/"+lastCheckout+"/artifacts/attempt-2.jpeg" {
		t.Errorf("the picture is %q", src)
	}
	says(t, doc, "#warnings", "1 page has not been delivered yet")
	if n := doc.Find(".journey").Length(); n != 3 {
		t.Fatalf("%d journeys, want 3", n)
	}
	says(t, doc, ".journey.bad", "A customer buys dinner", "checkout", "payments", "Broken", "Last run", "Last passed", "Next run")
	if n := doc.Find(".journey.bad .strip a").Length(); n != 40 {
		t.Errorf("%d bars, want 40", n)
	}
	if n := doc.Find(".journey.bad .strip a .bar.bad").Length(); n != 9 {
		t.Errorf("%d bars of failed runs, want 9", n)
	}
	if icon, _ := doc.Find("link[rel=icon]").Attr("href"); !strings.Contains(icon, "bad") {
		t.Errorf("the icon of the tab is %q while something is broken", icon)
	}
}

func TestTheOverviewSaysThatAllWork(t *testing.T) {
	w := empty(t)
	at := w.now.Add(-20 * time.Second)
	for n, r := range []probes.Result{browse(1, at), checkout(1, at, false), track(1, at)} {
		if err := w.add(r); err != nil {
			t.Fatal(n, err)
		}
	}
	doc := w.page(t, "/", http.StatusOK)
	says(t, doc, "h1", "All three journeys work.")
	if n := doc.Find(".journey.good").Length(); n != 3 {
		t.Errorf("%d journeys look good, want 3", n)
	}
	if n := doc.Find(".account, .warning").Length(); n != 0 {
		t.Errorf("%d incidents and warnings, want none", n)
	}
}

func TestNothingIsGreenWhenNothingWasHeardForLong(t *testing.T) {
	w := empty(t)
	if err := w.add(browse(1, w.now.Add(-time.Hour))); err != nil {
		t.Fatal(err)
	}
	w.watched.Journeys = w.watched.Journeys[:1]
	doc := w.page(t, "/", http.StatusOK)
	says(t, doc, "h1", "Nobody knows whether Browse works.")
	says(t, doc, ".journey.unsure .badge", "No news")
	if n := doc.Find(".badge.good, .verdict.good").Length(); n != 0 {
		t.Error("something is green although the last run is an hour old")
	}
}

func TestAnEmptyHistoryIsShownAsSuch(t *testing.T) {
	w := empty(t)
	doc := w.page(t, "/", http.StatusOK)
	says(t, doc, "h1", "Waiting for the first runs.")
	says(t, doc, ".journey", "Waiting", "It has not run yet.", "none yet", "never")
	if n := doc.Find(".badge.good, .verdict.good").Length(); n != 0 {
		t.Error("something is green before anything ran")
	}
	doc = w.page(t, "/journeys/checkout", http.StatusOK)
	says(t, doc, "main", "A customer buys dinner", "It has not run yet.", "It has never been broken")
	doc = w.page(t, "/incidents", http.StatusOK)
	says(t, doc, "main", "No incident is open.", "None yet.")
	if n := doc.Find("main .good").Length(); n != 0 {
		t.Error("something is green although nothing has been judged")
	}

	w.watched.Journeys = nil
	doc = w.page(t, "/", http.StatusOK)
	says(t, doc, "main", "Nothing is watched yet.", "No journey is configured.")
}

func TestAJourneysPageShowsHowItIsRunAndHowItWent(t *testing.T) {
	w := broken(t)
	doc := w.page(t, "/journeys/checkout", http.StatusOK)
	says(t, doc, "h1", "A customer buys dinner")
	says(t, doc, "#facts", "every 30 s", "payments", "demo-receiver and payments-oncall", "runbooks.example/checkout", "core", "revenue",
		"An incident opens after one failed run (a failure is confirmed by a second attempt), ends after one good run, reminds every 30 min.")
	if n := doc.Find("#recent tbody tr").Length(); n != 30 {
		t.Errorf("%d runs, want 30", n)
	}
	if n := doc.Find("#recent th[scope=col]").Length(); n != 4 {
		t.Errorf("%d column headers", n)
	}
	if n := doc.Find("#steps .fall:not(.head)").Length(); n != 14 {
		t.Errorf("%d steps, want 14", n)
	}
	says(t, doc, "#incidents", "Checkout is broken", "Checkout was broken for 1 min")
	says(t, doc, ".command", "outrider run examples/journeys/checkout.yaml --config examples/outrider.yaml")
}

func TestAJourneyThatIsNotWatchedAnyMoreIsStillShown(t *testing.T) {
	w := broken(t)
	w.watched.Journeys = w.watched.Journeys[:1]
	doc := w.page(t, "/journeys/track-delivery", http.StatusOK)
	says(t, doc, "main", "Track delivery", "Not watched", "no longer in the configuration")
	if n := doc.Find("#recent tbody tr").Length(); n == 0 {
		t.Error("its runs are not shown")
	}
}

func TestARunsPageHoldsTheWholeEvidence(t *testing.T) {
	w := broken(t)
	doc := w.page(t, "/runs/"+lastCheckout, http.StatusOK)
	says(t, doc, "h1", "Checkout failed at “Place the order”")
	says(t, doc, ".cause", "The button “Place order” is there", "an element could not be used", "Expected", "Got")
	says(t, doc, "main > .facts", "schedule", "london", "Attempts2", "Checkout is broken", "Last good run before")
	deciding := doc.Find("main > section .falls")
	if n := deciding.Find(".fall:not(.head)").Length(); n != 14 {
		t.Errorf("%d steps in the waterfall, want 14", n)
	}
	if n := deciding.Find(".fall.bad").Length(); n != 1 {
		t.Errorf("%d failed steps, want 1", n)
	}
	if n := deciding.Find(".fall.idle").Length(); n != 3 {
		t.Errorf("%d steps that did not run, want 3", n)
	}
	says(t, doc, "main > .evidence .console", "TypeError: Cannot read properties of undefined", "chat.js:42:17")
	if first := squeeze(doc.Find("main > .evidence .requests tbody tr").First().Text()); !strings.Contains(first, "404") {
		t.Errorf("the first request is %q, want a failed one", first)
	}
	says(t, doc, "main > .evidence", "Chat with us")
	img := doc.Find("main > .evidence img")
	if alt, _ := img.Attr("alt"); alt != "What the customer saw when the step “Place the order” failed: a page titled “Checkout · Basil & Bike”" {
		t.Errorf("the picture's alternative text is %q", alt)
	}
	says(t, doc, "details.attempt", "Failed Attempt 1 at “Place the order”")
	if n := doc.Find("details.attempt img").Length(); n != 1 {
		t.Error("the first attempt's picture is missing")
	}
	says(t, doc, ".command", "outrider run")
}

func TestPhasesOfAnExchangeLieWithinTheirStep(t *testing.T) {
	w := broken(t)
	doc := w.page(t, "/runs/019a0030-track-delivery-7000", http.StatusOK)
	says(t, doc, "h1", "Track delivery passed in")
	says(t, doc, ".legend", "resolve", "connect", "tls", "processing", "transfer")
	says(t, doc, ".fall .wire", "POST https://shop.example/api/orders 200 · HTTP/1.1 · 192.0.2.10:443 · 1.8 kB")
	doc.Find(".fall .track").Each(func(_ int, track *goquery.Selection) {
		whole := track.Find("rect.whole")
		from, width := share(t, whole, "x"), share(t, whole, "width")
		track.Find("rect.phase").Each(func(_ int, phase *goquery.Selection) {
			x, wide := share(t, phase, "x"), share(t, phase, "width")
			if x < from-0.01 || x+wide > from+width+0.01 {
				t.Errorf("a phase goes from %.3f to %.3f, its step from %.3f to %.3f", x, x+wide, from, from+width)
			}
		})
	})
}

func TestARunOfWhichOnlyTheSummaryIsKeptSaysSo(t *testing.T) {
	w := broken(t)
	doc := w.page(t, "/runs/019a0001-browse-7000", http.StatusOK)
	says(t, doc, "main", "Only the summary of this run is kept")
	runs, err := w.store.Recent(t.Context(), "browse", 100)
	if err != nil {
		t.Fatal(err)
	}
	oldest := runs[len(runs)-1]
	if oldest.ID != "019a0000-browse-7000" || oldest.Duration < 100*time.Millisecond {
		t.Fatalf("the oldest run is %+v", oldest)
	}
	doc = w.page(t, "/runs/"+oldest.ID, http.StatusOK)
	says(t, doc, "h1", fmt.Sprintf("Browse passed in %d ms", oldest.Duration.Milliseconds()))
	says(t, doc, "main > .facts", fmt.Sprintf("Took%d ms", oldest.Duration.Milliseconds()))
}

func TestAnErrorOfOursIsNotBlamedOnTheJourney(t *testing.T) {
	w := broken(t)
	doc := w.page(t, "/runs/019a001c-track-delivery-7000", http.StatusOK)
	says(t, doc, "h1", "Track delivery could not be judged")
	says(t, doc, ".cause.unsure", "The browser died", "The trouble lies with the monitor")
	if n := doc.Find(".verdict.bad, .verdict.good").Length(); n != 0 {
		t.Error("a run that was not judged looks failed or passed")
	}
	if blamed, unsure := doc.Find(".fall.bad").Length(), doc.Find(".fall.unsure").Length(); blamed != 0 || unsure != 1 {
		t.Errorf("%d steps look failed and %d not judged, want 0 and 1", blamed, unsure)
	}
}

func TestAnIncidentsPageTellsWhatHappenedAndWhoWasTold(t *testing.T) {
	w := broken(t)
	id := w.store.OpenIncidents()[0].ID
	doc := w.page(t, "/incidents/"+id, http.StatusOK)
	says(t, doc, "h1", "Checkout is broken")
	says(t, doc, "#timeline", "The last good run before it.", "The first failed run started.", "The incident opened, with a page to demo-receiver and payments-oncall.")
	says(t, doc, "#pages", "demo-receiver", "Delivered", "in 420 ms", "payments-oncall", "Not delivered yet", "next try in 40 s", "answered 503 Service Unavailable")
	if n := doc.Find("#runs tbody tr").Length(); n != 9 {
		t.Errorf("%d runs, want the 9 of the incident", n)
	}
	doc = w.page(t, "/incidents", http.StatusOK)
	if n := doc.Find("#open .account").Length(); n != 1 {
		t.Errorf("%d open incidents, want 1", n)
	}
	says(t, doc, "#closed", "Checkout was broken for 1 min")
}

func TestTheMonitorsOwnIncidentIsToldApart(t *testing.T) {
	w := empty(t)
	for n := range 3 {
		r := browse(n, w.now.Add(time.Duration(n-4)*interval))
		r.Outcome, r.Step, r.Failure = probes.Error, "Open the menu", &probes.Failure{Reason: probes.Offline, Message: "the control targets cannot be reached either"}
		r.Attempts[0].Outcome = probes.Error
		if err := w.add(r); err != nil {
			t.Fatal(err)
		}
	}
	doc := w.page(t, "/", http.StatusOK)
	says(t, doc, "h1", "Outrider itself is in trouble.")
	says(t, doc, ".account.unsure", "Outrider cannot judge Browse", "the monitor itself is offline", "The last run that could not be judged")
	if n := doc.Find(".account.bad, .journey.bad").Length(); n != 0 {
		t.Error("the monitor's trouble looks like the journey's")
	}
	id := w.store.OpenIncidents()[0].ID
	doc = w.page(t, "/incidents/"+id, http.StatusOK)
	says(t, doc, "main", "Outrider cannot judge Browse", "it says nothing about the journeys", "The first run that could not be judged started.")
}

func TestARefusedReloadIsShown(t *testing.T) {
	w := empty(t)
	w.watched.ReloadProblem = "outrider.yaml:3:1: teams: there is no pager \"<b>x</b>\""
	doc := w.page(t, "/", http.StatusOK)
	says(t, doc, ".warning", "The configuration on the disk is not the one in use", "outrider.yaml:3:1", "<b>x</b>")
}

func TestWhatIsNotThereHelpsOn(t *testing.T) {
	w := broken(t)
	for path, want := range map[string]string{
		"/nowhere":                        "There is no such page",
		"/runs/unknown":                   "There is no such run",
		"/runs/unknown/artifacts/x.png":   "This file is not kept",
		"/incidents/inc_unknown":          "There is no such incident",
		"/incidents/test_01":              "Nothing is broken.",
		"/incidents/store_20260101T00000": "It was about the store itself",
		"/journeys/chekout":               "Did you mean “checkout”?",
		"/static/unknown.css":             "There is no such page",
	} {
		doc := w.page(t, path, http.StatusNotFound)
		says(t, doc, "main", want, "All journeys")
	}
}

func TestManyJourneysAreShownPageByPage(t *testing.T) {
	w := empty(t)
	one := w.watched.Journeys[0]
	w.watched.Journeys = nil
	for range 230 {
		w.watched.Journeys = append(w.watched.Journeys, one)
	}
	for path, want := range map[string]int{"/": 50, "/?page=2": 50, "/?page=5": 30, "/?page=6": 50, "/?page=x": 50} {
		if n := w.page(t, path, http.StatusOK).Find(".journey").Length(); n != want {
			t.Errorf("%s shows %d journeys, want %d", path, n, want)
		}
	}
	says(t, w.page(t, "/?page=2", http.StatusOK), ".pages", "51 to 100 of 230")
}

func TestLinksStartWithThePathOfTheExternalURL(t *testing.T) {
	w := broken(t, func(o *web.Options) { o.ExternalURL = "https://example.org/outrider/" })
	for _, path := range []string{"/", "/outrider/"} {
		doc := w.page(t, path, http.StatusOK)
		doc.Find("[href], [src]").Each(func(_ int, s *goquery.Selection) {
			for _, name := range []string{"href", "src"} {
				if to, ok := s.Attr(name); ok && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "/outrider/") {
					t.Errorf("%s leads to %q, outside of /outrider/", path, to)
				}
			}
		})
	}
	if rec := w.get(t, "/outrider"); rec.Code != http.StatusMovedPermanently || rec.Header().Get("Location") != "/outrider/" {
		t.Errorf("/outrider answers %d to %q", rec.Code, rec.Header().Get("Location"))
	}
	w.page(t, "/outrider/runs/"+lastCheckout, http.StatusOK)
	w.page(t, "/runs/"+lastCheckout, http.StatusOK)
}

func TestHeadAnswersAsGetDoes(t *testing.T) {
	w := broken(t)
	for _, path := range []string{"/", "/runs/" + lastCheckout, "/api/v1/journeys", "/static/outrider.css", "/runs/" + lastCheckout + "/artifacts/attempt-1.jpeg"} {
		rec := httptest.NewRecorder()
		w.handler.ServeHTTP(rec, httptest.NewRequest(http.MethodHead, path, nil))
		if rec.Code != http.StatusOK {
			t.Errorf("HEAD %s answers %d", path, rec.Code)
		}
	}
}
