package sinks

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/receivers"
)

// planted are the secrets: with what each encoding has to change. Those of the pagers are told to their pager alone.
func planted() map[string]string {
	own := receivers.Secrets()
	return map[string]string{
		"the card": card, "the pin": pin, "the webhook's address": own.HookPath, "the webhook's secret": own.HookSecret, "the routing key": own.RoutingKey,
		"Alertmanager's password": own.AlertPassword, "Slack's address": own.SlackPath, "Slack's token": own.SlackToken, "the mail's password": own.MailPassword,
		"AWS' key": own.AWSKey, "the program's token": own.ProgramToken,
	}
}

const (
	card = `Tr0ub4dor & "3" <x>/+ é?9`
	pin  = "pin~7391'#%20&zz"
)

const config = `journeys: [j.yaml]
deployment: sinks
location: here
listen: %[1]s
data: data
defaults: {alert: {open_after: 1, close_after: 1, confirm: 0, flapping: never}}
allow_exec: true
teams: {shop: {pagers: [%[2]s]}}
monitor_pagers: [%[2]s]
pagers:
%[3]s`

const journeysFile = `journey: pay
title: A customer pays
team: shop
every: 1h
vars:
  bearer: "Bearer ${{ secrets.card }}"
secrets: {card: {env: CARD}, pin: {file: pin}}
steps:
  - name: Ask with it everywhere
    post: ${{ env.SHOP }}/say?q=${{ secrets.card }}
    headers: {Authorization: "${{ vars.bearer }}", X-Pin: "${{ secrets.pin }}"}
    json: {card: "${{ secrets.card }}", both: "a${{ secrets.pin }}", coded: "${{ base64('x' + secrets.card) }}"}
    expect: status == 200
  - name: Open the page
    goto: ${{ env.SHOP }}/page?card=${{ secrets.card }}
  - fill: {label: Card}
    with: ${{ secrets.card }}
  - fill: {label: Pin}
    with: ${{ secrets.pin }}
  - click: {role: button, name: Pay}
  - name: It is paid
    see: Paid with ${{ secrets.card }} at last
    timeout: 1s
---
journey: told
title: A server that says it again
team: shop
every: 1h
secrets: {card: {env: CARD}, pin: {file: pin}}
steps:
  - name: Is it the card?
    post: ${{ env.SHOP }}/say?q=${{ secrets.pin }}
    form: {card: "${{ secrets.card }}"}
    expect: json.said == "nothing like " + secrets.pin and headers["X-Said"] == "x"
`

// shop says everything again that it is told, in every way.
type shop struct {
	mu   sync.Mutex
	sent bytes.Buffer
}

func (s *shop) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	fmt.Fprintf(&s.sent, "%s %s\n%v\n%s\n", r.Method, r.URL.RequestURI(), r.Header, body)
	s.mu.Unlock()
	said := r.URL.Query().Get("q") + r.URL.Query().Get("card") + " " + r.Header.Get("X-Pin")
	w.Header().Set("X-Said", url.QueryEscape(said))
	w.Header().Set("X-Coded", base64.StdEncoding.EncodeToString([]byte("ab"+said)))
	http.SetCookie(w, &http.Cookie{Name: "said", Value: url.QueryEscape(said)})
	if r.URL.Path != "/page" {
		w.Header().Set("Content-Type", "application/json")
		text, _ := json.Marshal(map[string]string{"said": said, "body": string(body), "coded": base64.StdEncoding.EncodeToString([]byte("y" + said))})
		_, _ = w.Write(text)
		return
	}
	safe := html.EscapeString(said)
	fmt.Fprintf(w, `<!doctype html><title>%[1]s</title><h1>Pay, %[1]s</h1><img src="/none?%[2]s" alt="%[1]s">
<label>Card <input id=c></label><label>Pin <input id=p type=password></label><button>Pay</button><p id=out></p>
<script>
document.querySelector("button").onclick = () => {
  const card = document.querySelector("#c").value, pin = document.querySelector("#p").value
  document.title = "Refused: " + card
  document.querySelector("#out").textContent = "Refused " + card + " with " + pin + " " + btoa(encodeURIComponent(card)) + " " + encodeURIComponent(pin)
  console.error("refused", card, JSON.stringify({pin: pin}))
  fetch("/say?q=" + encodeURIComponent(card), {method: "POST", body: JSON.stringify({card: card, pin: pin})})
  history.pushState(null, "", "/page/" + encodeURIComponent(card))
  setTimeout(() => { throw new Error("no money on " + card) })
}
</script>`, safe, url.QueryEscape(said))
}

// TestNoSecretIsReadableInAnythingThatIsWritten runs journeys that hold secrets wherever one can stand, once by hand and once in
// the monitor, and then seeks them in all that came of it.
func TestNoSecretIsReadableInAnythingThatIsWritten(t *testing.T) {
	target := &shop{}
	shopServer := httptest.NewServer(target)
	defer shopServer.Close()
	far := receivers.New(t)

	dir := t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	for name, text := range map[string]string{"outrider.yaml": fmt.Sprintf(config, address, strings.Join(receivers.Kinds(), ", "), far.Config()), "j.yaml": journeysFile, "pin": pin + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	bin := filepath.Join(t.TempDir(), "outrider")
	if out, err := exec.Command("go", "build", "-o", bin, "../../cmd/outrider").CombinedOutput(); err != nil {
		t.Fatalf("building the command: %v\n%s", err, out)
	}
	command := func(words ...string) (*exec.Cmd, *bytes.Buffer) {
		cmd := exec.Command(bin, words...)
		out := &bytes.Buffer{}
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
		cmd.Env = append(append(os.Environ(), "SHOP="+shopServer.URL, "CARD="+card), far.Env()...)
		return cmd, out
	}
	sinks := map[string][]byte{}

	for n, words := range [][]string{{"run", "-c", "outrider.yaml", "--artifacts", "kept", "--junit", "junit.xml", "--json", "pay", "told"}, {"run", "-c", "outrider.yaml", "told"}} {
		cmd, out := command(words...)
		if err := cmd.Run(); cmd.ProcessState.ExitCode() != 1 {
			t.Fatalf("%q: %v, want exit code 1\n%s", words, err, out)
		}
		sinks[fmt.Sprintf("what run %d prints", n)] = out.Bytes()
	}
	serve, log := command("serve", "-c", "outrider.yaml")
	if err := serve.Start(); err != nil {
		t.Fatal(err)
	}
	get := func(path string) []byte {
		resp, err := http.Get("http://" + address + path)
		if err != nil {
			return nil
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return body
	}
	within(t, "the monitor", func() bool { return strings.Contains(string(get("/-/ready")), "ready") })
	get("/probe?journey=pay&debug=true")
	get("/probe?journey=told")
	for _, kind := range receivers.Kinds() {
		within(t, "both pages to "+kind, func() bool { return len(far.Arrived(kind)) >= 2 })
	}
	// Now everybody refuses, and says again what it was told: what is refused is kept and shown with its reason.
	far.Echo()
	for _, kind := range receivers.Kinds() {
		far.Refuse(kind, true)
	}
	drill, said := command("page", "drill", "told", "-c", "outrider.yaml", "--timeout", "1s")
	if err := drill.Run(); drill.ProcessState.ExitCode() != 1 {
		t.Fatalf("the drill that everybody refuses: %v\n%s", err, said)
	}
	sinks["what a drill prints"] = said.Bytes()
	crawl(get, sinks)
	// The log is whole, and what it was written into is not checkpointed: the WAL is a sink too.
	keep(t, dir, sinks)
	if err := serve.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := serve.Wait(); err != nil {
		t.Errorf("the monitor ended with %v", err)
	}
	sinks["the log"] = log.Bytes()
	for _, kind := range receivers.Kinds() {
		sinks["the pages to "+kind] = told(far.Arrived(kind))
	}
	keep(t, dir, sinks)

	target.mu.Lock()
	defer target.mu.Unlock()
	if n := len(found(t, target.sent.Bytes(), map[string]string{"the card": card, "the pin": pin})); n < 6 {
		t.Fatalf("the shop was sent the secrets in %d ways only: what is not planted cannot be sought\n%s", n, target.sent.String())
	}
	for name, text := range sinks {
		for _, leak := range found(t, text, planted()) {
			if name != "the pages to pagerduty" || !strings.HasPrefix(leak, "the routing key ") { // Who is asked is told who asks.
				t.Errorf("%s: %q", name, leak)
			}
		}
	}
	// What stood around the secrets is there: they would have come with it.
	for _, kind := range receivers.Kinds() {
		for _, around := range []string{"Is it the card?", "It is paid", "nothing like", "A customer pays"} {
			if !saying(sinks, "the pages to "+kind, around) {
				t.Errorf("the pages to %s do not say %q: it was not sought where it would be", kind, around)
			}
		}
	}
	for _, reason := range []string{"invalid label set", "no such user here", "ended with code 77: the pigeon with", "Event object is invalid", "not_in_channel"} {
		if !saying(sinks, "what a drill prints", reason) || !saying(sinks, "the log", reason) || !saying(sinks, "outrider.db", reason) {
			t.Errorf("nobody says %q: what was refused was not sought where it would be\n%s", reason, said)
		}
	}
	for around, where := range map[string]string{"no money on": "GET /runs/", "Refused": "outrider.db", "refused": "result.json",
		"It is paid": "the log", "nothing like": "what run 1 prints", "/say?": ".har"} {
		if !saying(sinks, where, around) {
			t.Errorf("%s does not say %q: it was not sought where it would be", where, around)
		}
	}
	for _, must := range []string{"outrider.db", "outrider.db-wal", ".har", ".jpg", "result.json", "junit.xml", "/metrics", "/runs/", "/incidents/", "/api/v1/runs/"} {
		if !has(sinks, must) {
			t.Errorf("there is no %s among the %d sinks: it was not sought there", must, len(sinks))
		}
	}
}

// told is all that arrived.
func told(arrived []receivers.Arrival) []byte {
	var all bytes.Buffer
	for _, a := range arrived {
		all.Write(a.Text())
	}
	return all.Bytes()
}

// crawl follows every link of the site, and asks the API.
func crawl(get func(string) []byte, sinks map[string][]byte) {
	links := regexp.MustCompile(`(?:href|src|action|"url": ?)="?([/][^"#?]*)`)
	next := []string{"/", "/incidents", "/maintenance", "/metrics", "/api/v1/journeys", "/api/v1/incidents", "/api/v1/journeys/pay/runs", "/api/v1/journeys/told/runs", "/api/v1/deploys"}
	for len(next) > 0 {
		path := next[0]
		next = next[1:]
		if _, known := sinks["GET "+path]; known {
			continue
		}
		body := get(path)
		sinks["GET "+path] = body
		for _, m := range links.FindAllSubmatch(body, -1) {
			next = append(next, string(m[1]))
		}
		for _, m := range regexp.MustCompile(`^/(runs|incidents)/[^/]+$`).FindAllString(path, 1) {
			next = append(next, "/api/v1"+m)
		}
	}
}

// keep takes every file of a folder that the commands wrote.
func keep(t *testing.T, dir string, sinks map[string][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "pin" || d.Name() == "reserve" {
			return err
		}
		text, err := os.ReadFile(path)
		if len(text) > 0 {
			sinks[strings.TrimPrefix(path, dir)] = text
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// saying reports whether a sink whose name has a part says a text.
func saying(sinks map[string][]byte, part, text string) bool {
	for name, said := range sinks {
		if strings.Contains(name, part) && bytes.Contains(said, []byte(text)) {
			return true
		}
	}
	return false
}

func has(sinks map[string][]byte, part string) bool {
	for name, text := range sinks {
		if strings.Contains(name, part) && len(text) > 0 {
			return true
		}
	}
	return false
}

func within(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !f(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}
