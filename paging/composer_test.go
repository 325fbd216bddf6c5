package paging_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/internal/golden"
	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("PAGING_TEST_DIR"); dir != "" {
		if err := life(dir, os.Getenv("PAGING_TEST_URL"), os.Getenv("PAGING_TEST_MAY_END") != ""); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	leakcheck.Main(m)
}

var three = time.Date(2026, 11, 22, 3, 3, 20, 0, time.UTC)

var checkout = &journeys.Journey{
	Name: "checkout", Title: "A customer buys dinner", Team: "payments", Tags: []string{"core"},
	Runbook: "https://runbooks.example/checkout", File: "journeys/check out.yaml",
}

var composer = paging.Composer{Deployment: "production", ExternalURL: "https://outrider.example/app/", ConfigFile: "/etc/outrider/outrider.yaml",
	TraceURL: func(id string) string { return "https://tempo.example/trace/" + id }}

// failed is the run that opened the incident below.
func failed() probes.Result {
	failure := &probes.Failure{Reason: probes.Locator, Message: "the button is covered by <div id=cookie-banner>",
		Expected: "button \"Place order\" receives the click", Got: "covered by <div id=cookie-banner>"}
	return probes.Result{
		RunID: "019aa8c0-0000-7000-8000-000000000002", TraceID: "0af7651916cd43dd8448eb211c80319c", Journey: "checkout", Location: "london", Outcome: probes.Failed,
		StartedAt: three.Add(time.Minute), EndedAt: three.Add(time.Minute + 9*time.Second), Step: "Place order", Failure: failure,
		Attempts: []probes.Attempt{{Number: 1, Outcome: probes.Failed, Evidence: &probes.Evidence{
			PageURL: "https://shop.example/checkout", Screenshot: "attempt-1.jpg",
			Console: []probes.ConsoleLine{
				{Level: "warning", Text: "slow font"},
				{Level: "exception", Text: "TypeError: pay is\nnot a function", Source: "https://shop.example/pay.js:3:7"},
			},
			Requests: []probes.RequestLine{
				{Method: "POST", URL: "https://shop.example/api/orders", Status: 500},
				{Method: "GET", URL: "https://analytics.example/a.js", Error: "net::ERR_TIMED_OUT"},
			},
		}}},
	}
}

func opened() incidents.Event {
	r := failed()
	return incidents.Event{Kind: incidents.Opened, At: r.EndedAt, RunID: r.RunID, Incident: incidents.Incident{
		ID: "inc_" + r.RunID, Subject: "checkout", Severity: "critical", Since: three, OpenedAt: r.EndedAt, RemindedAt: r.EndedAt,
		Locations: []string{"london"}, Step: r.Step, Failure: r.Failure, RunID: r.RunID, TraceID: r.TraceID, FailedRuns: 2, LastPassedAt: three.Add(-time.Minute),
	}}
}

func reminded() incidents.Event {
	e := opened()
	e.Kind, e.At, e.RunID = incidents.Reminded, three.Add(26*time.Hour+5*time.Minute), "019aa8c0-0000-7000-8000-000000000700"
	e.Incident.Locations = []string{"frankfurt", "london"}
	return e
}

func closed() (incidents.Event, probes.Result) {
	e := opened()
	r := probes.Result{RunID: "019aa8c0-0000-7000-8000-000000000009", Journey: "checkout", Outcome: probes.Passed,
		Attempts: []probes.Attempt{{Evidence: &probes.Evidence{Screenshot: "wanted.jpg"}}}}
	e.Kind, e.At, e.RunID = incidents.Closed, three.Add(18*time.Minute), r.RunID
	e.Incident.ClosedAt = e.At
	return e, r
}

func monitorOpened() (incidents.Event, probes.Result) {
	r := probes.Result{RunID: "019aa8c0-0000-7000-8000-000000000003", Journey: "checkout", Outcome: probes.Error,
		Failure: &probes.Failure{Reason: probes.Config, Message: "the secret \"card\" is not set: TEST_CARD is missing from the environment"}}
	return incidents.Event{Kind: incidents.Opened, At: three, RunID: r.RunID, Incident: incidents.Incident{
		ID: "mon_" + r.RunID, Severity: "error", Since: three, OpenedAt: three, Journeys: []string{"browse", "checkout"},
		Locations: []string{"london"}, Failure: r.Failure, RunID: r.RunID, FailedRuns: 3}}, r
}

// unanswered is that nobody has acknowledged the incident in time.
func unanswered() incidents.Event {
	e := opened()
	e.Kind, e.Rung, e.RunID, e.At = incidents.Escalated, 2, "", e.At.Add(30*time.Minute)
	e.Incident.Escalations = []incidents.Escalation{
		{At: e.At.Add(-20 * time.Minute), Since: three.Add(69 * time.Second), Pagers: []string{"lead"}},
		{At: e.At, Since: three.Add(69 * time.Second), Pagers: []string{"boss"}},
	}
	e.Incident = e.Incident.Tell("oncall", "lead", "boss")
	return e
}

// pages are all kinds of pages, by the name of their golden file.
func pages() map[string]paging.Page {
	closedEvent, passed := closed()
	monitorEvent, broken := monitorOpened()
	retired := opened()
	retired.Kind, retired.At, retired.RunID, retired.Incident.Retired = incidents.Closed, three.Add(time.Hour), "", true
	retired.Incident.ClosedAt = retired.At
	return map[string]paging.Page{
		"opened":         composer.Journey(checkout, opened(), failed()),
		"reminded":       composer.Journey(checkout, reminded(), failed()),
		"escalated":      composer.Journey(checkout, unanswered(), failed()),
		"closed":         composer.Journey(checkout, closedEvent, passed),
		"retired":        composer.Retired(retired, "payments"),
		"monitor-opened": composer.Monitor(monitorEvent, broken),
		"test":           composer.Test("ops-hook", "1", three),
		"bare":           paging.Composer{Deployment: "d"}.Journey(&journeys.Journey{Name: "j"}, incidents.Event{Kind: incidents.Opened, At: three, Incident: incidents.Incident{ID: "inc_1"}}, probes.Result{}),
	}
}

func indented(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPagesReadAsTheyShould(t *testing.T) {
	for name, page := range pages() {
		golden.Check(t, name+".json", string(indented(t, page)))
	}
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	s, err := c.Compile(filepath.Join("..", "docs", "page.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func valid(t interface{ Fatalf(string, ...any) }, s *jsonschema.Schema, p paging.Page) {
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatalf("%v", err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v", err)
	}
	if err := s.Validate(v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

func TestEveryPageIsValidByTheSchema(t *testing.T) {
	s := schema(t)
	for _, page := range pages() {
		valid(t, s, page)
	}
	var broken paging.Page // The schema does refuse something.
	text, _ := json.Marshal(broken)
	v, _ := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if s.Validate(v) == nil {
		t.Error("the schema accepts an empty page")
	}
}

func TestWhateverAJourneySaysThePageIsValidAndBounded(t *testing.T) {
	s := schema(t)
	text := rapid.OneOf(rapid.String(), rapid.StringN(2000, 3000, -1), rapid.Just("\xff\xfe"), rapid.Just("a\nb"))
	rapid.Check(t, func(t *rapid.T) {
		j := &journeys.Journey{Name: "checkout", Title: text.Draw(t, "title"), File: text.Draw(t, "file"), Runbook: text.Draw(t, "runbook")}
		e, r := opened(), failed()
		f := &probes.Failure{Reason: rapid.SampledFrom(probes.Reasons()).Draw(t, "reason"), Message: text.Draw(t, "message"),
			Expected: text.Draw(t, "expected"), Got: text.Draw(t, "got")}
		e.Kind = rapid.SampledFrom([]incidents.EventKind{incidents.Opened, incidents.Reminded, incidents.Closed}).Draw(t, "kind")
		e.Incident.Failure, e.Incident.Step, r.Failure = f, text.Draw(t, "step"), f
		ev := r.Attempts[0].Evidence
		ev.PageURL = text.Draw(t, "url")
		for range rapid.IntRange(0, 30).Draw(t, "lines") {
			ev.Console = append(ev.Console, probes.ConsoleLine{Level: "error", Text: text.Draw(t, "line")})
			ev.Requests = append(ev.Requests, probes.RequestLine{Method: "GET", URL: text.Draw(t, "request")})
		}
		p := composer.Journey(j, e, r)
		valid(t, s, p)
		if strings.Contains(p.Summary, "\n") || len([]rune(p.Summary)) > 500 {
			t.Fatalf("the summary is not one short line: %q", p.Summary)
		}
		p.Journey.Title, p.Journey.Runbook, p.Links, p.Reproduce = "", "", nil, "" // As long as their author made them.
		if b, _ := json.Marshal(p); len(b) > 60_000 {
			t.Fatalf("the page has %d bytes", len(b))
		}
	})
}

func TestComposingAgainGivesTheSamePageAndOtherChangesGiveOthers(t *testing.T) {
	ids := map[string]string{}
	for name, page := range pages() {
		if again := pages()[name]; !cmp.Equal(page, again) {
			t.Errorf("%s: composed twice, it differs:\n%s", name, cmp.Diff(page, again))
		}
		if other, taken := ids[page.ID]; taken {
			t.Errorf("%s and %s have the same id", name, other)
		}
		ids[page.ID] = name
	}
}

func TestASecondTestPageIsOneOfItsOwnAndOfNoJourney(t *testing.T) {
	first, second := composer.Test("oncall", "1", three), composer.Test("oncall", "2", three)
	journey := composer.Journey(&journeys.Journey{Name: "test"}, opened(), failed())
	if first.DedupKey == second.DedupKey || first.DedupKey == journey.DedupKey {
		t.Errorf("keys %q and %q beside the journey's %q: a page that joins an open incident wakes nobody", first.DedupKey, second.DedupKey, journey.DedupKey)
	}
	if len(first.Links) > 0 {
		t.Errorf("a test page links to %v: want no incident that there is not", first.Links)
	}
}

// names gives the properties of a schema, with their path, as the reflected type has them.
func names(t reflect.Type, path string) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Time]() {
		return nil
	}
	var all []string
	for f := range t.Fields() {
		name := path + "/" + f.Tag.Get("json")
		all = append(all, name)
		all = append(all, names(f.Type, name)...)
	}
	return all
}

func documented(node map[string]any, path string) []string {
	if items, ok := node["items"].(map[string]any); ok {
		node = items
	}
	properties, _ := node["properties"].(map[string]any)
	var all []string
	for name, p := range properties {
		all = append(all, path+"/"+name)
		all = append(all, documented(p.(map[string]any), path+"/"+name)...)
	}
	return all
}

func TestTheSchemaDocumentsEveryFieldAndEveryReason(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "docs", "page.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	want, got := names(reflect.TypeFor[paging.Page](), ""), documented(doc, "")
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields (-type +schema):\n%s", diff)
	}
	for _, r := range probes.Reasons() {
		if !strings.Contains(string(text), `"`+string(r)+`"`) {
			t.Errorf("the schema does not know the reason %q", r)
		}
	}
}

func TestAStormOfOneJourneySaysWhatItsOwnPageWould(t *testing.T) {
	at := time.Date(2026, 11, 22, 3, 3, 20, 0, time.UTC)
	e := incidents.Event{Kind: incidents.Opened, At: at, Incident: incidents.Incident{ID: "storm_1", Team: "payments", Severity: "critical", Since: at, OpenedAt: at,
		Journeys: []string{"checkout"}, Affected: []string{"checkout"}, Locations: []string{"london"}, Step: "Pay", Failure: &probes.Failure{Message: "want 200, got 500"}}}
	c := paging.Composer{Deployment: "production"}
	for _, want := range []struct {
		kind     incidents.EventKind
		journeys []string
		text     string
	}{
		{incidents.Opened, []string{"checkout"}, `Checkout is broken since 03:03 UTC from london: step "Pay": want 200, got 500 [one of several that broke at once]`},
		{incidents.Reminded, []string{"checkout"}, `Checkout is still broken, since 03:03 UTC (1 h 0 min) from london: step "Pay": want 200, got 500`},
		{incidents.Closed, []string{"checkout"}, "Checkout works again since 04:03 UTC from london; it was broken for 1 h 0 min"},
		{incidents.Opened, []string{"browse", "checkout"}, "2 journeys of payments broke at once, since 03:03 UTC from london: browse, checkout"},
	} {
		e.Kind, e.Incident.Journeys, e.Incident.Affected = want.kind, want.journeys, want.journeys
		if want.kind != incidents.Opened {
			e.At = at.Add(time.Hour)
		} else {
			e.At = at
		}
		if p := c.Storm(e); p.Summary != want.text || p.DedupKey != "outrider/production/storm/payments" {
			t.Errorf("%s of %q: %q under %s, want %q", want.kind, want.journeys, p.Summary, p.DedupKey, want.text)
		}
	}
	// One is left of two that people know of: it has no step of its own.
	e.Kind, e.At, e.Incident.Journeys, e.Incident.Step, e.Incident.Failure = incidents.Reminded, at.Add(time.Hour), []string{"checkout"}, "", nil
	if got, want := c.Storm(e).Summary, "1 journey of payments is still broken, since 03:03 UTC (1 h 0 min) from london: checkout"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
