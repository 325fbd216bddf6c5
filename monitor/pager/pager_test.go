package pager_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/pager"
	"github.com/outrider-monitor/outrider/monitor/secret"
)

// read reads the entry of one pager.
func read(t *testing.T, src string) (pager.Spec, document.Problems) {
	t.Helper()
	nodes, known := document.Read("outrider.yaml", []byte(src))
	if len(known) > 0 {
		t.Fatal(known)
	}
	r := document.NewReader(nil)
	m := r.Map(nodes[0])
	spec := pager.Read(secret.Reader{Reader: r, Folder: "/etc/outrider"}, "p", m, !strings.Contains(src, "forbidden"))
	m.Done()
	return spec, r.Problems()
}

func TestMistakesInAPagerAreToldWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"{}", `1:1: pager "p" does not say where pages go (want one of webhook, `},
		{"webhok: {}", `1:1: unknown key "webhok" (did you mean "webhook"?)`},
		{"webhook: {url: http://x/}\npagerduty: {routing_key: {env: A}}", `1:1: pager "p" is webhook and pagerduty at once`},
		{"webhook: {url: ftp://x/}", `1:16: webhook.url: want an http or https URL`},
		{"webhook: {url: http://x/, secret: hunter2}", `1:35: webhook.secret: a secret does not belong in this file`},
		{"webhook: {url: http://x/, content_type: text, body: x}", `1:41: webhook.content_type: this is no type of content`},
		{"webhook: {url: http://x/, content_type: text/plain}", `1:41: webhook.content_type: without body, pages are JSON`},
		{"webhook: {url: http://x/, body: '{{ .sumary }}'}", `1:37: webhook.body: with the page that opens a journey's incident: <.sumary>: map has no entry for key "sumary"`},
		{"webhook:\n  url: http://x/\n  body: |\n    {\"text\":\n     {{ json .sumary }}}\n", `5:14: webhook.body: with the page that opens a journey's incident: <.sumary>: map has no entry for key "sumary"`},
		{"webhook:\n  url: http://x/\n  body: |\n    {{ if }}\n", `4:5: webhook.body: missing value for if`},
		{"webhook: {url: http://x/, body: '{{ json .journey.name }}'}", `with the page about many journeys of a team at once: <.journey.name>: nil pointer evaluating interface {}.name (journey is null in such a page`},
		{"webhook: {url: http://x/, body: '{\"text\": \"{{ .incident.message }}\"}'}", `what it makes of the page that opens a journey's incident is no JSON: `},
		{"webhook: {url: http://x/, body: '{{ jsn . }}'}", `webhook.body: function "jsn" not defined`},
		{"slack: {}", `1:8: slack: want exactly one of webhook_url and token`},
		{"slack: {webhook_url: https://hooks.slack.com/services/hunter2}", `1:22: slack.webhook_url: a secret does not belong in this file`},
		{"slack: {token: {env: T}}", `1:8: slack: a token needs a channel`},
		{"slack: {webhook_url: {env: W}, chanel: x}", `unknown key "chanel" (did you mean "channel"?)`},
		{"email: {server: mx.example, from: a@example.org, to: [b@example.org]}", `1:17: email.server: want a server and its port, such as smtp.example.org:587, got "mx.example"`},
		{"email: {server: mx.example:587, from: a@example.org, to: [b, c@example.org]}", `1:59: email.to[0]: "b" is no address`},
		{"email: {server: mx.example:587, from: a@example.org, to: []}", `1:58: email.to: want at least one address`},
		{"email: {server: mx.example:587, tls: sometimes, from: a@example.org, to: b@example.org}", `email.tls: want one of starttls, tls, none`},
		{"email: {server: mx.example:25, tls: none, from: a@example.org, to: b@example.org}", `1:37: email.tls: anybody on the way to "mx.example" could read and change the pages`},
		{"email: {server: mx.example:587, password: {env: P}, from: a@example.org, to: b@example.org}", `1:8: email: a password needs a username`},
		{"exec: {command: [/bin/forbidden]}", `1:1: pagers may not run programs (if this file is yours alone to change: allow_exec: true`},
		{"exec: {command: []}", `1:17: exec.command: want a program and its arguments`},
		{"exec: {command: [/bin/true], timeout: 1m}", `want 14s or less, got 1m`},
		{"sns: {topic_arn: pages}", `1:18: sns.topic_arn: want the ARN of a topic, such as`},
		{"alertmanager: {urls: []}", `1:22: alertmanager.urls: want at least one URL`},
		{"alertmanager: {urls: [http://ada:hunter2@am/]}", `1:23: alertmanager.urls[0]: a password does not belong in this file`},
		{"alertmanager: {urls: [http://am/], resend: 1h}", `want 5s to 15m0s, got 1h`},
		{"alertmanager: {urls: [http://am/], username: ada}", `basic auth needs both`},
	} {
		_, problems := read(t, c.src)
		text := strings.TrimPrefix(fmt.Sprint(problems), "outrider.yaml:")
		if !strings.Contains(text, c.want) || len(problems) != 1 {
			t.Errorf("%s\n got %s\nwant %s", c.src, text, c.want)
		}
		if strings.Contains(text, "hunter2") {
			t.Errorf("%s: the secret is told: %s", c.src, text)
		}
	}
}

func TestWhatIsMissingIsToldAtOnceAndNeverTheSecret(t *testing.T) {
	for _, c := range []struct {
		src  string
		want []string
	}{
		{"webhook: {url: {env: URL}, secret: {env: SECRET}}", []string{"URL is not set (export URL=", "SECRET is not set"}},
		{"webhook: {url: {env: BAD}}", []string{"want an absolute http or https URL"}},
		{"slack: {webhook_url: {env: BAD}}", []string{"want an absolute http or https URL"}},
		{"exec: {command: [bin/none]}", []string{"/etc/outrider/bin/none: no such file"}},
		{"pagerduty: {routing_key: {env: KEY}, webhook_secret: {env: HOOK}}", []string{"KEY is not set", "HOOK is not set"}},
	} {
		spec, problems := read(t, c.src)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		_, err := spec.Make(&secret.Values{Path: "pagers.p", Lookup: func(name string) (string, bool) {
			return map[string]string{"BAD": "hunter2"}[name], name == "BAD"
		}})
		text := fmt.Sprint(err)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %s, want %q", c.src, text, want)
			}
		}
		if strings.Contains(text, "hunter2") || strings.Contains(fmt.Sprintf("%+v %#v", spec, spec), "hunter2") {
			t.Errorf("%s: the secret is told: %s", c.src, text)
		}
	}
}
