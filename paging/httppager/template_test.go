package httppager

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/outrider-monitor/outrider/paging"
)

func TestTheSignatureIsOfWhatTheTemplateMakes(t *testing.T) {
	verifier, err := standardwebhooks.NewWebhookRaw([]byte("any text will do"))
	if err != nil {
		t.Fatal(err)
	}
	body, err := NewTemplate(`{{ .event }}/{{ .incident.failed_runs }}: {{ .summary }}{{ with .journey }} ({{ .team }}){{ end }}`, false)
	if err != nil {
		t.Fatal(err)
	}
	page := stored(t, "opened")
	want := "opened/2: " + page.Summary + " (payments)"
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got, _ := io.ReadAll(r.Body)
		if string(got) != want || r.Header.Get("Content-Type") != "text/plain; charset=utf-8" {
			t.Errorf("got %q as %q, want %q", got, r.Header.Get("Content-Type"), want)
		}
		if err := verifier.Verify(got, r.Header); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	w, err := NewWebhook(WebhookOptions{URL: server.URL, Secret: "any text will do", Body: body, ContentType: "text/plain; charset=utf-8"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Send(t.Context(), page); err != nil {
		t.Error(err)
	}
}

func TestATemplateThatGrowsWithoutEndIsRefused(t *testing.T) {
	_, err := NewTemplate(`{{ range 3000000 }}x{{ end }}`, false)
	if err == nil || err.Error() != "with the page that opens a journey's incident: the body is longer than 1048576 bytes" {
		t.Errorf("got %v", err)
	}
}

func TestEveryShapeOfPageCanBeTemplated(t *testing.T) {
	for _, text := range []string{
		`{"text": {{ json .summary }}, "team": {{ with .journey }}{{ json .team }}{{ else }}null{{ end }}, "all": {{ json . }}}`,
		`{"links": [{{ range $n, $l := .links }}{{ if $n }},{{ end }}{{ json $l.url }}{{ end }}]}`,
	} {
		body, err := NewTemplate(text, true)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, err := body.Body(paging.Page{}); err != nil {
			t.Errorf("an empty page: %v", err)
		}
	}
}
