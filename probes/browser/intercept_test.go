package browser

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// guarded adds pages behind basic and digest authentication.
func (z *zoo) guarded() {
	z.mux.HandleFunc("/basic/", func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "ada" || password != "s3cret-word" {
			w.Header().Set("WWW-Authenticate", `Basic realm="Staging"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>In</title><h1>You are in</h1><script>fetch('/basic/data').then(r => document.title = 'In ' + r.status)</script>")
	})
	hash := func(s string) string { sum := md5.Sum([]byte(s)); return hex.EncodeToString(sum[:]) }
	z.mux.HandleFunc("/digest", func(w http.ResponseWriter, r *http.Request) {
		given := map[string]string{}
		for _, m := range regexp.MustCompile(`(\w+)="?([^",]*)"?`).FindAllStringSubmatch(r.Header.Get("Authorization"), -1) {
			given[m[1]] = m[2]
		}
		want := hash(strings.Join([]string{hash("ada:Vault:s3cret-word"), "n0nce", given["nc"], given["cnonce"], "auth", hash("GET:/digest")}, ":"))
		if given["response"] != want {
			w.Header().Set("WWW-Authenticate", `Digest realm="Vault", nonce="n0nce", qop="auth", algorithm=MD5`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<title>Vault</title><h1>The vault is open</h1>")
	})
}

const signsIn = `
secrets: {word: {env: WORD}}
browser: {auth: {username: ada, password: "${{ secrets.word }}"}}
steps:
`

func (v *visitor) with(secret string) *visitor { v.scope.Secrets["word"] = secret; return v }

func TestAPageBehindAPasswordIsOpened(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.guarded()
	visit(t, z, signsIn+`
  - goto: ZOO/basic/page
    expect: title startsWith "In"
  - see: You are in
  - goto: ZOO/digest
  - see: The vault is open
`).with("s3cret-word").pass()
	// The next run is not signed in by the one before.
	visit(t, z, "  - goto: ZOO/basic/page").fail(probes.Status, "401")
	v := visit(t, z, signsIn+"  - goto: ZOO/basic/page").with("wrong")
	v.fail(probes.Status, "401")
	if e := v.evidence(); len(e.Console) == 0 || !strings.Contains(e.Console[0].Text, "credentials of browser.auth were refused") {
		t.Errorf("the console is %+v", e.Console)
	}
}

// A window would ask a person for the password.
func TestAScriptThatIsAskedForAPasswordGetsTheRefusal(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"chromium-headless-shell", "chromium"} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			z := newZoo(t)
			z.guarded()
			z.mux.HandleFunc("/asks-at-once", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				fmt.Fprint(w, `<title>Asks</title><script>fetch('/basic/data').then(r => document.title = 'Refused ' + r.status)</script>`)
			})
			visitWith(t, ownDriver(t, Options{ExecPath: program}), z, `
  - goto: ZOO/asks-at-once
    expect: title == "Refused 401"
  - eval: fetch('/basic/data').then(r => r.status)
    expect: result == 401
`).pass()
		})
	}
}

func TestCredentialsAreForTheJourneysOwnHosts(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	asked := make(chan string, 10)
	z.mux.HandleFunc("/theirs", func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Header.Get("Authorization") + r.Header.Get("X-Canary")
		w.Header().Set("WWW-Authenticate", `Basic realm="Theirs"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
	})
	z.mux.HandleFunc("/to-theirs", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Canary") != "on" || r.Header.Get("X-Outrider-Run") != "run-1" {
			t.Errorf("our own host gets %q", r.Header)
		}
		http.Redirect(w, r, z.other()+"/theirs", http.StatusFound)
	})
	visit(t, z, strings.Replace(signsIn, "browser: {", "browser: {headers: {X-Canary: \"on\"}, ", 1)+`
  - goto: ZOO/elsewhere.html
  - eval: "fetch('OTHER/theirs', {mode: 'no-cors', credentials: 'include'}).then(() => 1, () => 2)"
  - goto: ZOO/to-theirs
`).with("s3cret-word").fail(probes.Status, "401")
	n := len(asked) // Not closed: the browser may ask again.
	if n < 2 {
		t.Errorf("the other host was asked %d times", n)
	}
	for range n {
		if told := <-asked; told != "" {
			t.Errorf("another host was told %q", told)
		}
	}
	visit(t, z, "  - goto: http://ada:word@127.0.0.1/").fail(probes.Config, "browser.auth")
}

func TestAnswersAreMadeUp(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.mux.HandleFunc("/api/stock", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the real one") })
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "stock.txt"), []byte("out of a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	v := visit(t, z, `
browser:
  mock:
    - {url: /api/stock, method: POST, status: 500}
    - {url: "*/api/stock", status: 503, headers: {X-Made: up}, json: {left: 0}}
    - {url: "http://bank.example/*", body: paid}
steps:
  - goto: ZOO/stock.html
  - click: Ask
  - see: '503 up {"left":0}'
  - eval: ask('http://bank.example/pay')
  - see: 200 paid
  - browser: {mock: [{url: /api/stock, file: stock.txt}]}
  - click: Ask
  - see: 200 out of a file
  - browser: {mock: []}
  - click: Ask
  - see: 200 the real one
  - browser: {mock: [{url: /api/stock, file: nowhere.txt}]}
`)
	v.j.Dir = dir
	v.fail(probes.Config, "nowhere.txt")
}

func TestAServiceWorkersRequestsAreSeenAndItIsGoneInTheNextRun(t *testing.T) {
	t.Parallel()
	z, h := listening(t)
	z.mux.HandleFunc("/worker.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `onactivate = e => e.waitUntil(clients.claim());
onfetch = e => { if (e.request.url.endsWith('/made')) e.respondWith(fetch('/heard/worker').then(() => new Response('made by the worker'))) }`)
	})
	z.mux.HandleFunc("/app", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<title>App</title><p id=state>alone</p><script>
const told = () => state.textContent = 'controlled';
navigator.serviceWorker.controller ? told() : navigator.serviceWorker.addEventListener('controllerchange', told);
if (location.search) navigator.serviceWorker.register('/worker.js');
</script>`)
	})
	const steps = `
  - goto: ZOO/app?register
  - see: controlled
  - goto: ZOO/app
  - see: controlled
  - eval: fetch('/made').then(r => r.text())
    expect: result == "made by the worker"
`
	v := visit(t, z, steps)
	v.pass()
	seen := false
	for _, r := range v.evidence().Requests {
		seen = seen || strings.HasSuffix(r.URL, "/heard/worker")
	}
	h.Lock()
	agent := h.by["127.0.0.1/heard/worker"].Get("User-Agent")
	h.Unlock()
	if !seen || !strings.HasSuffix(agent, "Outrider/1.0") {
		t.Errorf("the worker's request is seen: %v; it came as %q", seen, agent)
	}
	visit(t, z, "  - goto: ZOO/app\n  - see: alone\n  - eval: navigator.serviceWorker.getRegistrations().then(l => l.length)\n    expect: result == 0").pass()
	visit(t, z, "browser: {mock: [{url: /heard/worker, body: mocked}]}\nsteps:"+steps).pass()
}
