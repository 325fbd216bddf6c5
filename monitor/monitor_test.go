package monitor

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/paging"
)

// world is a target and a receiver of pages.
type world struct {
	*httptest.Server
	broken  atomic.Bool
	hanging atomic.Bool
	mu      sync.Mutex
	pages   []paging.Page
	asked   map[string]int
}

func newWorld(t *testing.T) *world {
	w := &world{asked: map[string]int{}}
	w.Server = httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(w.Close)
	return w
}

func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	w.asked[r.Method+" "+r.URL.Path]++
	w.mu.Unlock()
	switch {
	case r.URL.Path == "/hook":
		body, _ := io.ReadAll(r.Body)
		var page paging.Page
		if json.Unmarshal(body, &page) != nil {
			rw.WriteHeader(http.StatusBadRequest)
			return
		}
		w.mu.Lock()
		w.pages = append(w.pages, page)
		w.mu.Unlock()
	case r.Method == http.MethodGet && w.hanging.Load():
		<-r.Context().Done()
	case r.Method == http.MethodGet && w.broken.Load():
		rw.WriteHeader(http.StatusInternalServerError)
	default:
		fmt.Fprint(rw, "fine")
	}
}

func (w *world) events() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var events []string
	for _, p := range w.pages {
		events = append(events, p.Event+" "+p.DedupKey)
	}
	return strings.Join(events, ", ")
}

func (w *world) count(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[what]
}

const worldConfig = `journeys: [j/]
deployment: test
location: here
listen: 127.0.0.1:0
defaults: {alert: {open_after: 1, close_after: 1, confirm: 0}}
teams: {shop: {pagers: [hook]}}
pagers: {hook: {webhook: {url: "%s/hook", secret: {env: HOOK}}}}
monitor_pagers: [hook]
`

const worldJourney = `journey: %s
title: A customer looks at the menu
team: shop
every: 100ms
timeout: 90ms
steps:
  - name: Open the menu
    get: ${{ env.SHOP }}/%s
    expect: status == 200
finally:
  - name: Tidy up
    delete: ${{ env.SHOP }}/%s
`

func worldFiles(t *testing.T, w *world, names ...string) string {
	files := []string{"outrider.yaml", fmt.Sprintf(worldConfig, w.URL)}
	for _, name := range names {
		files = append(files, "j/"+name+".yaml", fmt.Sprintf(worldJourney, name, name, name))
	}
	return folder(t, files...)
}

// monitored runs a monitor and gives it with the function that stops it.
func monitored(t *testing.T, w *world, file string, drain time.Duration) (*Monitor, func()) {
	t.Helper()
	m, err := New(Options{ConfigFile: file, Watch: true, Drain: drain,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Env: func(name string) (string, bool) {
			value, ok := map[string]string{"SHOP": w.URL, "HOOK": "a secret"}[name]
			return value, ok
		}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	return m, sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the monitor ended with %v", err)
		}
	})
}

// eventually waits for what must come, for as long as a slow machine may need.
func eventually(t *testing.T, what string, f func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !f(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never came: %s", what)
		}
	}
}

func ask(t *testing.T, method, url string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(body)
}

func TestABrokenTargetIsPagedOnceAndClosedOnceAcrossARestart(t *testing.T) {
	w := newWorld(t)
	file := worldFiles(t, w, "menu")
	_, stop := monitored(t, w, file, time.Second)
	defer stop()
	eventually(t, "a run", func() bool { return w.count("GET /menu") > 0 })
	w.broken.Store(true)
	eventually(t, "a page", func() bool { return w.events() != "" })
	stop()
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	before := w.count("GET /menu")
	eventually(t, "runs after the restart", func() bool { return w.count("GET /menu") > before+3 })
	if _, metrics := ask(t, "GET", m.URL()+"/metrics"); !strings.Contains(metrics, `journey_incident_open{journey="menu",location="here",severity="critical",team="shop"} 1`) {
		t.Error("the open incident is not in the metrics")
	}
	w.broken.Store(false)
	eventually(t, "the close", func() bool { return strings.Contains(w.events(), "closed") })
	stop()
	if got, want := w.events(), "opened outrider/test/menu, closed outrider/test/menu"; got != want {
		t.Errorf("pages: %s; want %s", got, want)
	}
}

func TestAJourneyThatIsRemovedLeavesNoOpenIncident(t *testing.T) {
	w := newWorld(t)
	w.broken.Store(true)
	file := worldFiles(t, w, "menu", "order")
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	eventually(t, "both pages", func() bool { return strings.Count(w.events(), "opened") == 2 })
	if err := os.Remove(filepath.Join(filepath.Dir(file), "j", "menu.yaml")); err != nil {
		t.Fatal(err)
	}
	// The watcher sees it by itself.
	eventually(t, "the close of the removed one", func() bool { return strings.Contains(w.events(), "closed outrider/test/menu") })
	if _, metrics := ask(t, "GET", m.URL()+"/metrics"); strings.Contains(metrics, `journey="menu"`) {
		t.Error("series of the removed journey are left")
	}
	if strings.Contains(w.events(), "closed outrider/test/order") {
		t.Error("the other one was closed too")
	}
}

func TestABadReloadKeepsWhatWorksAndSaysWhy(t *testing.T) {
	w := newWorld(t)
	file := worldFiles(t, w, "menu")
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ what, text, why string }{
		{"a typing mistake", strings.Replace(string(good), "teams", "taems", 1), "taems"},
		{"another port", strings.Replace(string(good), "127.0.0.1:0", "127.0.0.1:1", 1), "listen cannot change"},
		{"a secret that is not there", strings.Replace(string(good), "env: HOOK", "env: HOOOK", 1), "HOOOK is not set"},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := m.Reload(); err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s: error %v, want %q", c.what, err, c.why)
		}
		code, page := ask(t, "GET", m.URL()+"/")
		if code != http.StatusOK || !strings.Contains(page, "menu") {
			t.Errorf("%s: the page answers %d", c.what, code)
		}
		if _, metrics := ask(t, "GET", m.URL()+"/metrics"); !strings.Contains(metrics, "outrider_config_last_reload_successful 0") {
			t.Errorf("%s: the metric does not show it", c.what)
		}
	}
	before := w.count("GET /menu")
	eventually(t, "runs with the configuration in use", func() bool { return w.count("GET /menu") > before+1 })
	if err := os.WriteFile(file, good, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := m.Reload(); err != nil {
		t.Error(err)
	}
}

func TestStoppingLetsRunsFinishAndCutsThoseThatDoNot(t *testing.T) {
	w := newWorld(t)
	w.hanging.Store(true)
	file := folder(t, "outrider.yaml", fmt.Sprintf(worldConfig, w.URL),
		"j/menu.yaml", strings.NewReplacer("100ms", "1m", "90ms", "50s").Replace(fmt.Sprintf(worldJourney, "menu", "menu", "menu")))
	m, stop := monitored(t, w, file, 50*time.Millisecond)
	defer stop()
	code := make(chan int, 1)
	go func() {
		c, _ := ask(t, "GET", m.URL()+"/probe?journey=menu")
		code <- c
	}()
	eventually(t, "the run", func() bool { return w.count("GET /menu") == 1 })
	stop()
	if w.count("DELETE /menu") != 1 {
		t.Error("the finally step of the run that was cut did not run")
	}
	if got := w.events(); got != "" {
		t.Errorf("a run that we cut short was paged: %s", got)
	}
	if got := <-code; got == http.StatusOK {
		t.Error("the probe was answered as if the journey had been judged")
	}
}

func TestTwoMonitorsNeverShareAPortOrAFolder(t *testing.T) {
	w := newWorld(t)
	file := worldFiles(t, w, "menu")
	m, stop := monitored(t, w, file, time.Second)
	defer stop()
	env := func(string) (string, bool) { return "a secret", true }
	if _, err := New(Options{ConfigFile: file, Env: env}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("the same folder: %v", err)
	}
	_, err := New(Options{ConfigFile: file, Env: env, Adjust: func(c *Config) {
		c.Data, c.Listen = filepath.Join(t.TempDir(), "other"), strings.TrimPrefix(m.URL(), "http://")
	}})
	if err == nil || !strings.Contains(err.Error(), "another program uses this port") {
		t.Errorf("the same port: %v", err)
	}
}

func TestOnlyThisMachineMayReloadAndNoOtherSiteMayProbe(t *testing.T) {
	w := newWorld(t)
	m, stop := monitored(t, w, worldFiles(t, w, "menu"), time.Second)
	defer stop()
	h := m.handler(http.NotFoundHandler())
	for _, c := range []struct {
		what, method, path, from, header, value string
		want                                    int
	}{
		{"from here", "POST", "/-/reload", "127.0.0.1:1234", "", "", 200},
		{"from elsewhere", "POST", "/-/reload", "192.0.2.1:1234", "", "", 403},
		{"through a proxy", "POST", "/-/reload", "127.0.0.1:1234", "X-Forwarded-For", "192.0.2.1", 403},
		{"by a page of another site", "POST", "/-/reload", "127.0.0.1:1234", "Sec-Fetch-Site", "cross-site", 403},
		{"by a page that gave this machine another name", "POST", "/-/reload", "127.0.0.1:1234", "Host", "evil.example:9480", 403},
		{"by GET", "GET", "/-/reload", "127.0.0.1:1234", "", "", 405},
		{"a probe by Prometheus", "GET", "/probe?journey=menu", "192.0.2.1:1234", "X-Prometheus-Scrape-Timeout-Seconds", "10", 200},
		{"a probe by a page of another site", "GET", "/probe?journey=menu", "127.0.0.1:1234", "Sec-Fetch-Site", "cross-site", 403},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		r.RemoteAddr, r.Host = c.from, "localhost:9480"
		switch c.header {
		case "":
		case "Host":
			r.Host = c.value
		default:
			r.Header.Set(c.header, c.value)
		}
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != c.want {
			t.Errorf("%s: %d, want %d: %s", c.what, rec.Code, c.want, rec.Body)
		}
	}
}
