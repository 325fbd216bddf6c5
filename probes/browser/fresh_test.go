package browser

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestARunSeesNothingOfAnother fills all that a page can leave behind in one run, which finds it all again itself, and
// looks for it in another one: while the first is still there, and after it has gone.
func TestARunSeesNothingOfAnother(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"chromium-headless-shell", "chromium"} {
		t.Run(program, func(t *testing.T) {
			t.Parallel()
			strict := newStrict(t)
			d, err := New(Options{ExecPath: program, Flags: strict.flags})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
				defer cancel()
				if err := d.Close(ctx); err != nil {
					t.Error(err)
				}
			})
			z, lines := leavesZoo(t)
			var files string
			t.Run("at the same time", func(t *testing.T) {
				files = leaveAll(t, d, z)
				findNothing(t, d, z, lines, files)
			})
			t.Run("afterwards", func(t *testing.T) { findNothing(t, d, z, lines, files) })
			t.Run("encryption", func(t *testing.T) { keepsNoTransport(t, d, z, strict) })
		})
	}
}

// leavesZoo serves what leaves.html asks for, and gives the connections that each run has come by.
func leavesZoo(t *testing.T) (*zoo, func() map[string]string) {
	z := newZoo(t)
	var mu sync.Mutex
	runs := map[string]string{} // by the client's address
	answer := func(path string, does http.HandlerFunc) {
		z.mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			runs[r.RemoteAddr] += " " + r.Header.Get("X-Outrider-Run")
			mu.Unlock()
			does(w, r)
		})
	}
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, s) }
	}
	answer("/leaves/cached", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=3600")
		fmt.Fprint(w, "kept")
	})
	vault := func(w http.ResponseWriter, r *http.Request) {
		if _, password, ok := r.BasicAuth(); ok && password == "word" {
			return
		}
		if r.URL.Path == "/leaves/vault" {
			w.Header().Set("WWW-Authenticate", `Basic realm="Leaves"`)
		}
		w.WriteHeader(http.StatusUnauthorized)
	}
	answer("/leaves/vault", vault)
	answer("/leaves/vault/again", vault) // a browser that knows the password sends it unasked
	answer("/leaves/headers", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Header) })
	answer("/leaves/file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=leaf.txt")
		fmt.Fprint(w, "a leaf")
	})
	answer("/leaves/stock", text("the real one"))
	answer("/leaves/tracker", text("it tracks"))
	return z, func() map[string]string {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(runs)
	}
}

// everything is what leaves.html looks for and its own run can find: only an opener it never has.
const everything = "cookie, partitioned cookie, local storage, session storage, indexed database, cache storage, service worker, " +
	"file system, HTTP cache, HTTP credentials, window name, history, lock, broadcast channel, shared worker, permission, language, " +
	"time zone, colour scheme, viewport, extra header, mocked answer, answer to dialogs, blocked pattern"

// leaveAll gives the folder of the run's downloads.
func leaveAll(t *testing.T, d *Driver, z *zoo) (files string) {
	v := visitWith(t, d, z, `
browser:
  viewport: 640x480
  locale: de-DE
  timezone: Asia/Tokyo
  color_scheme: dark
  geolocation: {latitude: 51.5, longitude: -0.1}
  headers: {X-Leaf: leaf}
  dialogs: {confirm: accept}
  block: ["*://*/leaves/tracker"]
  mock: [{url: /leaves/stock, body: made up}]
steps:
  - goto: ZOO/leaves.html
  - eval: leave()
  - goto: ZOO/leaves.html
  - click: Leaf to keep
    download: leaf.txt
  - eval: found(3000)
`)
	v.pass()
	if got := v.s.result; got != everything {
		t.Fatalf("the run itself finds %q, want %q", got, everything)
	}
	return v.s.tab.window.downloads.Dir
}

func findNothing(t *testing.T, d *Driver, z *zoo, lines func() map[string]string, files string) {
	v := visitWith(t, d, z, "  - goto: ZOO/leaves.html\n  - click: Leaf to keep\n  - eval: found(150)")
	v.s.tab.options.RunID = "run-2"
	v.pass()
	if v.s.result != "" {
		t.Errorf("another run finds %q", v.s.result)
	}
	if kept, _ := os.ReadDir(files); len(kept) > 0 || v.s.tab.window.downloads != nil {
		t.Errorf("what another run downloads is in %q: %v", files, kept)
	}
	if got := v.s.tab.window.everyTab(); len(got) != 1 {
		t.Errorf("another run has %d tabs", len(got))
	}
	one, other := 0, 0
	for _, runs := range lines() {
		first, second := strings.Contains(runs, "run-1"), strings.Contains(runs, "run-2")
		if first && second {
			t.Errorf("one connection has served the runs%s", runs)
		}
		if first {
			one++
		}
		if second {
			other++
		}
	}
	if one == 0 || other == 0 {
		t.Errorf("%d connections of one run and %d of the other are known", one, other)
	}
}
