package receivers

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Secret are the values that the pagers' own configuration holds: none may be read anywhere but where it is used.
type Secret struct {
	HookPath, HookSecret, RoutingKey, AlertPassword, SlackPath, SlackToken, MailPassword, AWSKey, ProgramToken string
}

// Secrets are good ones, each with something that an encoding has to change.
func Secrets() Secret {
	return Secret{
		HookPath: "hush-hook-91", HookSecret: "whsec_cmVjZWl2ZXJzIHJlY2VpdmVycyByZWNlaXZlcnM=", RoutingKey: "hushR0ut1ngK3y4567890123456789012",
		AlertPassword: `hush "alerts" & <+>/%`, SlackPath: "hush-slack-17", SlackToken: "xoxb-hush-4711", MailPassword: `hush 'mail' & <+>/%é`,
		AWSKey: "hush/aws+key=/92", ProgramToken: `hush "program" & <+>/%`,
	}
}

// Set is one receiver of each kind.
type Set struct {
	t       testing.TB
	dir     string
	secrets Secret
	server  *httptest.Server
	mail    *mail

	mu       sync.Mutex
	arrived  map[string][]Arrival
	refusing map[string]bool
	echoing  bool
}

// Kinds are the pagers that Config names, sorted; each is called as its kind, slack-bot is Slack by a token.
func Kinds() []string {
	return []string{"alertmanager", "email", "exec", "pagerduty", "slack", "slack-bot", "sns", "webhook"}
}

// New starts all of them, until the test ends.
func New(t testing.TB) *Set {
	t.Helper()
	s := &Set{t: t, dir: t.TempDir(), secrets: Secrets(), arrived: map[string][]Arrival{}, refusing: map[string]bool{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /"+s.secrets.HookPath, s.take("webhook", http.StatusNoContent, "", http.StatusGone, ""))
	mux.HandleFunc("POST /v2/enqueue", s.take("pagerduty", http.StatusAccepted, `{"status":"success","message":"Event processed"}`,
		http.StatusBadRequest, `{"status":"invalid event","message":"Event object is invalid","errors":["Length of 'routing_key' is incorrect (should be 32 characters)"]}`))
	mux.HandleFunc("POST /am/api/v2/alerts", s.take("alertmanager", http.StatusOK, "", http.StatusBadRequest, `"invalid label set"`))
	mux.HandleFunc("POST /services/"+s.secrets.SlackPath, s.take("slack", http.StatusOK, "ok", http.StatusNotFound, "no_service"))
	mux.HandleFunc("POST /slack/chat.postMessage", s.take("slack-bot", http.StatusOK, `{"ok":true,"channel":"C0OPS","ts":"1795616427.000100"}`,
		http.StatusOK, `{"ok":false,"error":"not_in_channel"}`))
	mux.HandleFunc("POST /sns/", s.take("sns", http.StatusOK, snsTook, http.StatusForbidden, snsRefused))
	s.server = httptest.NewServer(mux)
	t.Cleanup(s.server.Close)
	s.mail = newMail(t, s)
	if err := os.WriteFile(s.program(), []byte(fmt.Sprintf(programText, s.dir)), 0o700); err != nil {
		t.Fatal(err)
	}
	return s
}

// The answers of Amazon SNS (https://docs.aws.amazon.com/sns/latest/api/API_Publish.html).
const (
	snsTook    = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId></PublishResult><ResponseMetadata><RequestId>2</RequestId></ResponseMetadata></PublishResponse>`
	snsRefused = `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>AuthorizationError</Code><Message>not authorized to perform SNS:Publish</Message></Error><RequestId>2</RequestId></ErrorResponse>`
)

// take keeps what arrives, or refuses it.
func (s *Set) take(kind string, status int, answer string, no int, refusal string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if kind == "sns" {
			w.Header().Set("Content-Type", "text/xml")
		}
		if s.refuses(kind) {
			w.WriteHeader(no)
			_, _ = io.WriteString(w, refusal+s.echo(r, body))
			return
		}
		s.keep(kind, Arrival{Header: r.Header, Body: body})
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}
}

// echo is what an other side adds to its refusals that says again what it was told; nothing, unless it is to.
func (s *Set) echo(r *http.Request, body []byte) string {
	if !s.echoes() {
		return ""
	}
	signed := strings.TrimPrefix(r.Header.Get("Authorization"), "Basic ")
	_, password, _ := r.BasicAuth()
	key := ""
	if at := strings.Index(string(body), s.secrets.RoutingKey); at >= 0 {
		key = s.secrets.RoutingKey
	}
	return fmt.Sprintf(" %s %s %q %s %s", signed, password, password, key, r.URL.Path)
}

func (s *Set) echoes() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.echoing
}

// Echo lets refusals say again what was said to them, secrets and all.
func (s *Set) Echo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.echoing = true
}

func (s *Set) keep(kind string, a Arrival) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.arrived[kind] = append(s.arrived[kind], a)
}

func (s *Set) refuses(kind string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refusing[kind]
}

// Refuse lets a kind refuse for good what it is sent from now on, or take it again.
func (s *Set) Refuse(kind string, refuse bool) {
	s.known(kind)
	s.mu.Lock()
	s.refusing[kind] = refuse
	s.mu.Unlock()
	if kind != "exec" {
		return
	}
	if refuse {
		if err := os.WriteFile(filepath.Join(s.dir, "refuse"), nil, 0o600); err != nil {
			s.t.Fatal(err)
		}
	} else if err := os.RemoveAll(filepath.Join(s.dir, "refuse")); err != nil {
		s.t.Fatal(err)
	}
}

// Arrived gives what a kind has taken so far.
func (s *Set) Arrived(kind string) []Arrival {
	s.known(kind)
	if kind == "exec" {
		return s.programs()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.arrived[kind])
}

func (s *Set) known(kind string) {
	if !slices.Contains(Kinds(), kind) {
		s.t.Fatalf("there is no receiver of the kind %q", kind)
	}
}

// Config is what stands under pagers: in outrider.yaml, indented by two; allow_exec must be true there.
func (s *Set) Config() string {
	return fmt.Sprintf(`  webhook: {webhook: {url: {env: HOOK_URL}, secret: {env: HOOK_SECRET}}}
  pagerduty: {pagerduty: {routing_key: {env: PD_KEY}, url: "%[1]s/v2/enqueue"}}
  alertmanager: {alertmanager: {urls: ["%[1]s/am"], username: outrider, password: {env: AM_PASSWORD}}}
  slack: {slack: {webhook_url: {env: SLACK_URL}}}
  slack-bot: {slack: {token: {env: SLACK_TOKEN}, channel: "#ops", api_url: "%[1]s/slack"}}
  email:
    email:
      server: %[2]s
      tls: none
      username: outrider
      password: {env: MAIL_PASSWORD}
      from: Outrider <outrider@example.org>
      to: [ada@example.org, Grace <grace@example.org>]
  sns: {sns: {topic_arn: "arn:aws:sns:eu-west-1:123456789012:pages", endpoint_url: "%[1]s/sns/"}}
  exec: {exec: {command: [%[3]s], env: {PROGRAM_TOKEN: {env: PROGRAM_TOKEN}}}}
`, s.server.URL, s.mail.address, s.program())
}

// Env is what the configuration reads, and the AWS SDK.
func (s *Set) Env() []string {
	return []string{
		"HOOK_URL=" + s.server.URL + "/" + s.secrets.HookPath, "HOOK_SECRET=" + s.secrets.HookSecret, "PD_KEY=" + s.secrets.RoutingKey,
		"AM_PASSWORD=" + s.secrets.AlertPassword, "SLACK_URL=" + s.server.URL + "/services/" + s.secrets.SlackPath, "SLACK_TOKEN=" + s.secrets.SlackToken,
		"MAIL_PASSWORD=" + s.secrets.MailPassword, "PROGRAM_TOKEN=" + s.secrets.ProgramToken, "AWS_ACCESS_KEY_ID=AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY=" + s.secrets.AWSKey,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null",
	}
}

// programText is a program that keeps its environment and its input in a folder, a file each time.
const programText = `#!/bin/sh
cd '%s' || exit 1
if [ -e refuse ]; then echo "the pigeon with $PROGRAM_TOKEN is ill" >&2; printf %%s "$PROGRAM_TOKEN" | base64 >&2; exit 77; fi
{ env | grep -v '^PROGRAM_TOKEN='; echo; cat; } >"$$.part" && mv "$$.part" "$$-$OUTRIDER_PAGE_ID.page"
`

func (s *Set) program() string { return filepath.Join(s.dir, "pigeon") }

func (s *Set) programs() []Arrival {
	files, err := filepath.Glob(filepath.Join(s.dir, "*.page"))
	if err != nil {
		s.t.Fatal(err)
	}
	var all []Arrival
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			s.t.Fatal(err)
		}
		env, page, found := strings.Cut(string(text), "\n\n")
		if !found {
			s.t.Errorf("the program had no environment: %s", text)
		}
		header := http.Header{}
		for line := range strings.Lines(env) {
			name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			header.Add(name, value)
		}
		all = append(all, Arrival{Header: header, Body: []byte(page)})
	}
	return all
}
