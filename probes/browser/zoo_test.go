package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// behaviours are added to the zoo's pages by what a server does.
func (z *zoo) misbehave(t testing.TB) {
	t.Helper()
	page := func(w http.ResponseWriter, body string) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}
	abrupt := func(w http.ResponseWriter, head string) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		fmt.Fprint(conn, head)
		time.Sleep(20 * time.Millisecond) // a reset throws away what has not been read
		type lingerer interface{ SetLinger(int) error }
		if l, ok := conn.(lingerer); ok {
			_ = l.SetLinger(0)
		}
		conn.Close()
	}
	z.mux.HandleFunc("/status/{code}", func(w http.ResponseWriter, r *http.Request) {
		var code int
		fmt.Sscan(r.PathValue("code"), &code)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(code)
		if code != 204 && r.URL.Query().Get("empty") == "" {
			fmt.Fprintf(w, "<title>Error</title><h1>Status %d</h1>", code)
		}
	})
	z.mux.HandleFunc("/hangup", func(w http.ResponseWriter, r *http.Request) { abrupt(w, "") })
	z.mux.HandleFunc("/reset", func(w http.ResponseWriter, r *http.Request) {
		abrupt(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100000\r\n\r\n<title>Half</title><h1>Half a page</h1>")
	})
	z.mux.HandleFunc("/chunked", func(w http.ResponseWriter, r *http.Request) {
		abrupt(w, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n<title>Half</title><h1>Half</h1>\r\n")
	})
	z.mux.HandleFunc("/loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/loop", http.StatusFound) })
	z.mux.HandleFunc("/hang", func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	z.mux.HandleFunc("/own-hang", func(w http.ResponseWriter, r *http.Request) {
		page(w, `<title>Waits</title><h1>Waits</h1><img src="/hang">`)
	})
	z.mux.HandleFunc("/other-hang", func(w http.ResponseWriter, r *http.Request) {
		page(w, fmt.Sprintf(`<title>Goes on</title><h1>Goes on</h1><img src="%s/hang"><script async src="%s/hang?2"></script>`, z.other(), z.other()))
	})
	z.mux.HandleFunc("/download", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=x.zip")
		fmt.Fprint(w, "PK")
	})
	z.mux.HandleFunc("/links", func(w http.ResponseWriter, r *http.Request) {
		page(w, `<title>Links</title><a href="/status/500">Broken link</a> <a href="/reset">Breaks off</a>
<a href="/slow">Slow link</a> <a href="/status/404">Lost link</a> <form method=post action=/status/503><button>Post it</button></form>
<a href="/hangup">Dead link</a> <button onclick="setTimeout(() => location = '/slow', 5)">Script link</button>`)
	})
	z.mux.HandleFunc("/refused-at-length", func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		page(w, "<title>Not found</title><style>h1 { color: red }</style>")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(200 * time.Millisecond):
		case <-r.Context().Done():
		}
		page(w, "<h1>There is no such page</h1>"+strings.Repeat("<p>We have looked everywhere</p>", 10_000))
	})
	z.mux.HandleFunc("/slow", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(700 * time.Millisecond):
		case <-r.Context().Done():
		}
		page(w, `<title>Slow</title><h1>Slow but there</h1>`)
	})
	z.mux.HandleFunc("/flood", func(w http.ResponseWriter, r *http.Request) {
		page(w, `<title>Flood</title><button onclick="clearInterval(flood); textContent = 'Calm at last'">Calm</button>
<script>const flood = setInterval(() => { for (let i = 0; i < 50; i++) history.pushState(0, '', '?' + Math.random()) }, 1)</script>`)
	})
	z.mux.HandleFunc("/redirect", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere.html", http.StatusFound) })
	z.mux.HandleFunc("/script-redirect", func(w http.ResponseWriter, r *http.Request) {
		page(w, `<title>Going</title><script>location = '/elsewhere.html'</script>`)
	})
}

// failing is a step that must fail, for the reason and in these words.
type failing struct {
	name   string
	steps  string
	reason probes.Reason
	words  []string
}

func checkFailures(t *testing.T, cases []failing) {
	t.Helper()
	z := newZoo(t)
	z.misbehave(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			visit(t, z, c.steps).fail(c.reason, c.words...)
		})
	}
}
