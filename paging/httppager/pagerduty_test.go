package httppager

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PagerDuty/go-pagerduty"

	"github.com/outrider-monitor/outrider/internal/golden"
	"github.com/outrider-monitor/outrider/paging"
)

// stored reads one of the composed pages of the golden files.
func stored(t *testing.T, name string) paging.Page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var p paging.Page
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

// pagerDutyReceives sends a page to a receiver that answers with status, and gives what it got.
func pagerDutyReceives(t *testing.T, page paging.Page, status int, answer string) (body []byte, err error) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	defer server.Close()
	p, err := NewPagerDuty("R0UT1NGKEY", server.URL+"/v2/enqueue")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	return body, p.Send(t.Context(), page)
}

func TestPagerDutysOwnTypesReadOurEvents(t *testing.T) {
	for _, name := range []string{"opened", "reminded", "closed", "retired", "monitor-opened", "test", "bare"} {
		page := stored(t, name)
		body, err := pagerDutyReceives(t, page, http.StatusAccepted, `{"status":"success"}`)
		if err != nil {
			t.Fatal(err)
		}
		var e pagerduty.V2Event
		dec := json.NewDecoder(strings.NewReader(string(body)))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&e); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, body)
		}
		want := "trigger"
		if page.Event == "closed" {
			want = "resolve"
		}
		if e.Action != want || e.DedupKey != page.DedupKey || e.RoutingKey != "R0UT1NGKEY" {
			t.Errorf("%s: action %q key %q routing %q", name, e.Action, e.DedupKey, e.RoutingKey)
		}
		if e.Payload != nil && (e.Payload.Summary == "" || e.Payload.Source == "" || e.Payload.Severity == "") {
			t.Errorf("%s: a payload without summary, source or severity: %+v", name, e.Payload)
		}
		var pretty any
		json.Unmarshal(body, &pretty)
		got, _ := json.MarshalIndent(pretty, "", "  ")
		golden.Check(t, "pagerduty-"+name+".json", string(got)+"\n")
	}
}

func TestPagerDutysLimitsHold(t *testing.T) {
	page := stored(t, "opened")
	page.Summary = strings.Repeat("ä", 3000)
	page.DedupKey = "outrider/" + strings.Repeat("long", 100)
	page.Evidence.ScreenshotURL = "http://outrider.example/x.jpg"
	body, err := pagerDutyReceives(t, page, http.StatusAccepted, "")
	if err != nil {
		t.Fatal(err)
	}
	var e pagerduty.V2Event
	if err := json.Unmarshal(body, &e); err != nil {
		t.Fatal(err)
	}
	if n := len([]rune(e.Payload.Summary)); n > 1024 {
		t.Errorf("the summary has %d runes", n)
	}
	if len(e.DedupKey) > 255 {
		t.Errorf("the dedup key has %d bytes", len(e.DedupKey))
	}
	other := page
	other.DedupKey += "/other"
	if paging.ShortKey(other.DedupKey) == e.DedupKey {
		t.Error("two long keys became one")
	}
	if len(e.Images) != 0 {
		t.Errorf("an image that is not https was sent: %v", e.Images)
	}
	page.Evidence.Console = []string{strings.Repeat("x", 600_000)}
	if _, err := pagerDutyReceives(t, page, http.StatusAccepted, ""); !paging.Permanent(err) {
		t.Errorf("an event over the limit: %v, want a permanent refusal", err)
	}
}

func TestPagerDutysRefusalsAreQuotedWithoutTheKey(t *testing.T) {
	_, err := pagerDutyReceives(t, stored(t, "opened"), http.StatusBadRequest, `{"errors":["bad routing_key R0UT1NGKEY"]}`)
	if !paging.Permanent(err) || !strings.Contains(err.Error(), "bad routing_key") || strings.Contains(err.Error(), "R0UT1NGKEY") {
		t.Errorf("got %v, want a permanent refusal that quotes the answer but not the key", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	p, _ := NewPagerDuty("R0UT1NGKEY", "http://127.0.0.1:1/v2/enqueue")
	if err := p.Send(ctx, stored(t, "opened")); err == nil || paging.Permanent(err) || strings.Contains(err.Error(), "enqueue") {
		t.Errorf("got %v, want a temporary error without the URL", err)
	}
}
