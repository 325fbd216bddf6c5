package httppager

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/outrider-monitor/outrider/internal/golden"
	"github.com/outrider-monitor/outrider/paging"
)

// slackReceives sends a page to what answers with a status and a text, by the webhook or the token.
func slackReceives(t *testing.T, page paging.Page, byToken bool, status int, answer string) (*http.Request, []byte, error) {
	t.Helper()
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set("Retry-After", "30")
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	defer server.Close()
	o := SlackOptions{Webhook: server.URL + "/services/T0/B0/hush"}
	if byToken {
		o = SlackOptions{Token: "xoxb-hush", Channel: "#oncall", API: server.URL + "/api/"}
	}
	s, err := NewSlack(o)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return got, body, s.Send(t.Context(), page)
}

func TestSlacksAnswersMeanWhatTheyShould(t *testing.T) {
	long := `{"ok":true,"channel":"C1","message":{"text":"` + strings.Repeat("x", 5000) + `"}}`
	for _, c := range []struct {
		token     bool
		status    int
		answer    string
		accepted  bool
		permanent bool
		says      string
	}{
		{false, 200, "ok", true, false, ""}, {true, 200, long, true, false, ""},
		{false, 400, "invalid_payload", false, true, "invalid_payload"}, {false, 404, "channel_not_found", false, true, "channel_not_found"},
		{false, 404, "no_service", false, true, "no_service"}, {false, 403, "action_prohibited", false, true, "action_prohibited"},
		{false, 410, "channel_is_archived", false, true, "channel_is_archived"}, {false, 500, "rollup_error", false, false, "rollup_error"},
		{false, 429, "rate_limited", false, false, "429"}, {true, 429, `{"ok":false,"error":"ratelimited"}`, false, false, "429"},
		{false, 400, "/services/T0/B0/hush is wrong", false, true, "400"},
		{true, 200, `{"ok":false,"error":"channel_not_found"}`, false, true, "slack says channel_not_found"},
		{true, 200, `{"ok":false,"error":"invalid_auth"}`, false, true, "invalid_auth"},
		{true, 200, `{"ok":false,"error":"internal_error"}`, false, false, "internal_error"},
		{true, 200, `{"error":"xoxb-hush"}`, false, false, "not Slack's"}, {true, 200, `<html>sign in</html>`, false, false, "not Slack's"},
		{true, 503, "", false, false, "503"},
	} {
		_, _, err := slackReceives(t, stored(t, "opened"), c.token, c.status, c.answer)
		if c.accepted {
			if err != nil {
				t.Errorf("%d %.40s: %v", c.status, c.answer, err)
			}
			continue
		}
		if err == nil || paging.Permanent(err) != c.permanent || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%d %s: %v, want permanent %v and %q, without a secret", c.status, c.answer, err, c.permanent, c.says)
		}
		if how, ok := err.(*paging.SendError); c.status == 429 && (!ok || how.RetryAfter != 30*time.Second) {
			t.Errorf("%d: %#v, want to be asked to wait", c.status, err)
		}
	}
}

func TestSlackMessagesStayWithinItsLimitsAndCallNobody(t *testing.T) {
	bomb := "<!channel> <!here|x> <@U123> @everyone & ``` * \u202e"
	page := stored(t, "opened")
	page.Summary = bomb + strings.Repeat("<&>", 3000)
	page.Incident.Message, page.Incident.Got, page.Incident.Step = strings.Repeat(bomb, 400), bomb, bomb
	page.Incident.Expected, page.Journey.Title = strings.Repeat("&", 9000), bomb
	page.Incident.Locations = []string{strings.Repeat("<", 9000)}
	page.Evidence.Console = []string{bomb, strings.Repeat("ä", 9000)}
	page.Links = append(page.Links, paging.Link{Title: "<!channel>|x", URL: "https://x/?a=<!channel>&b=|" + bomb}, paging.Link{Title: "x", URL: "javascript:alert(1)"},
		paging.Link{Title: "long", URL: "https://x/" + strings.Repeat("y", 4000)})
	for range 60 {
		page.Incident.Deploys = append(page.Incident.Deploys, paging.Deploy{Service: strings.Repeat("s", 200), Version: bomb})
	}
	_, body, err := slackReceives(t, page, true, 200, `{"ok":true}`)
	if err != nil {
		t.Fatal(err)
	}
	var m slackMessage
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	check := func(text string, limit int) {
		if n := utf8.RuneCountInString(text); n > limit || n == 0 {
			t.Errorf("%d characters, want 1 to %d: %.80s", n, limit, text)
		}
		for _, tag := range strings.Split(text, "<")[1:] {
			if !strings.HasPrefix(tag, "http") {
				t.Errorf("Slack would obey <%.40s", tag)
			}
		}
		if strings.Count(text, "```")%2 != 0 {
			t.Errorf("a fence is left open: %.80s", text)
		}
	}
	check(m.Text, 4000)
	if n := len(m.Blocks); n > 50 {
		t.Errorf("%d blocks", n)
	}
	for _, b := range m.Blocks {
		if b.Text != nil {
			check(b.Text.Text, 3000)
		}
		for _, f := range append(b.Fields, b.Elements...) {
			check(f.Text, 2000+1000*(len(b.Elements)))
		}
		if len(b.Fields) > 10 {
			t.Errorf("%d fields", len(b.Fields))
		}
	}
	if strings.Contains(string(body), "javascript:") || m.LinkNames || m.Parse != "none" {
		t.Error("what a page says is obeyed")
	}
}

func TestSlackMessagesAreAsTheyWereReadLast(t *testing.T) {
	for _, name := range []string{"opened", "closed", "monitor-opened", "test"} {
		r, body, err := slackReceives(t, stored(t, name), true, 200, `{"ok":true}`)
		if err != nil || r.URL.Path != "/api/chat.postMessage" || r.Header.Get("Authorization") != "Bearer xoxb-hush" {
			t.Fatalf("%s: %v to %s", name, err, r.URL)
		}
		var pretty any
		json.Unmarshal(body, &pretty)
		got, _ := json.MarshalIndent(pretty, "", "  ")
		golden.Check(t, "slack-"+name+".json", string(got)+"\n")
	}
}
