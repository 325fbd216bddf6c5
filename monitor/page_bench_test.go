package monitor

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
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
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes"
)

// What the pages are measured with.
const (
	pageJourneys = 1000
	pagePagers   = 10
	pageSample   = 300
	pageBacklog  = 100_000
)

// switchboard is where the pages of ten pagers arrive. The way from the end of the attempt that opened an incident to
// here is in the page itself: opened_at is that end.
type switchboard struct {
	*httptest.Server
	mu      sync.Mutex
	took    []time.Duration
	arrived chan struct{}
}

func newSwitchboard(b *testing.B) *switchboard {
	s := &switchboard{arrived: make(chan struct{}, pageJourneys*pagePagers)}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := time.Now()
		if strings.HasPrefix(r.URL.Path, "/shop") {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		var page paging.Page
		if err := json.NewDecoder(r.Body).Decode(&page); err != nil || page.Event != "opened" {
			b.Errorf("got %q: %v", page.Event, err)
		}
		s.mu.Lock()
		s.took = append(s.took, now.Sub(page.Incident.OpenedAt))
		s.mu.Unlock()
		s.arrived <- struct{}{}
	}))
	b.Cleanup(s.Close)
	return s
}

// wait waits for n pages and gives the time that the n-th hundredth of them took.
func (s *switchboard) wait(n int) (p50, p99 time.Duration) {
	for range n {
		<-s.arrived
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.took)
	p50, p99 = s.took[len(s.took)/2], s.took[len(s.took)*99/100]
	s.took = nil
	return p50, p99
}

// pageMonitor is a whole monitor whose journeys run when they are told to, with its store beside us (not in memory).
func pageMonitor(b *testing.B, s *switchboard, pagers int) *Monitor {
	dir, err := os.MkdirTemp(".", "bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	var config, js strings.Builder
	config.WriteString("journeys: [journeys.yaml]\nstorm: never\ndata: data\nlisten: 127.0.0.1:0\ndefaults: {alert: {open_after: 1, confirm: 0}}\npagers:\n  down: {webhook: {url: 'http://127.0.0.1:1/'}}\n")
	var names []string
	for n := range pagers {
		names = append(names, fmt.Sprintf("p%d", n))
		fmt.Fprintf(&config, "  p%d: {webhook: {url: '%s/p%d'}}\n", n, s.URL, n)
	}
	fmt.Fprintf(&config, "teams: {all: {pagers: [%s]}}\n", strings.Join(names, ", "))
	for n := range pageJourneys {
		fmt.Fprintf(&js, "---\njourney: journey-%d\ntitle: A customer asks\nteam: all\nevery: 24h\nsteps:\n  - name: Ask\n    get: %s/shop\n", n, s.URL)
	}
	for name, text := range map[string]string{"outrider.yaml": config.String(), "journeys.yaml": js.String()} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	m, err := New(Options{ConfigFile: filepath.Join(dir, "outrider.yaml")})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	b.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			b.Error(err)
		}
	})
	return m
}

// breakOne runs a journey that finds its target broken.
func (s *switchboard) breakOne(b *testing.B, m *Monitor, n int) {
	p, t := m.current(fmt.Sprintf("journey-%d", n))
	if _, err := m.visit(context.Background(), p, t, probes.Request{Trigger: "schedule", DueAt: time.Now()}); err != nil {
		b.Error(err)
	}
}

// BenchmarkPage is the way of a page from the end of the attempt that opened its incident to the wire, with the disk
// flushed, alone and beside 100,000 pages that wait for a pager that is down. The ratio is to a bare SQLite commit and
// a bare POST, one after the other.
func BenchmarkPage(b *testing.B) {
	for _, waiting := range []int{0, pageBacklog} {
		b.Run(fmt.Sprintf("waiting=%d", waiting), func(b *testing.B) {
			for b.Loop() {
				s := newSwitchboard(b)
				m := pageMonitor(b, s, 1)
				backlog(b, m, waiting)
				bare50, bare99 := barePage(b, s)
				for n := range pageSample {
					s.breakOne(b, m, n)
					time.Sleep(10 * time.Millisecond)
				}
				p50, p99 := s.wait(pageSample)
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(p50.Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(p99.Microseconds())/1000, "p99-ms")
				b.ReportMetric(float64(bare50.Microseconds())/1000, "bare-p50-ms")
				b.ReportMetric(float64(bare99.Microseconds())/1000, "bare-p99-ms")
				b.ReportMetric(float64(p50)/float64(bare50), "p50-ratio")
			}
		})
	}
}

// BenchmarkStorm breaks a thousand journeys in one second, each with ten pagers, and waits for ten thousand pages.
func BenchmarkStorm(b *testing.B) {
	for b.Loop() {
		s := newSwitchboard(b)
		m := pageMonitor(b, s, pagePagers)
		began := time.Now()
		var all sync.WaitGroup
		for n := range pageJourneys {
			time.Sleep(time.Until(began.Add(time.Duration(n) * time.Second / pageJourneys)))
			all.Go(func() { s.breakOne(b, m, n) })
		}
		all.Wait()
		opened := time.Since(began)
		p50, p99 := s.wait(pageJourneys * pagePagers)
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(opened.Seconds(), "opened-s")
		b.ReportMetric(time.Since(began).Seconds(), "all-on-the-wire-s")
		b.ReportMetric(p50.Seconds(), "p50-s")
		b.ReportMetric(p99.Seconds(), "p99-s")
	}
}

// backlog fills the outbox with pages for a pager that is down.
func backlog(b *testing.B, m *Monitor, waiting int) {
	b.Helper()
	for n := 0; n < waiting; n += 1000 {
		err := m.store.Update(context.Background(), "", func(history.Prev) history.Entry {
			var e history.Entry
			for i := range 1000 {
				id := fmt.Sprintf("w%d", n+i)
				e.Pages = append(e.Pages, paging.Outgoing{Pager: "down", Page: paging.Page{ID: id, Event: "opened",
					DedupKey: id, Incident: paging.Incident{ID: id, Reason: string(probes.Status)}}})
			}
			return e
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	m.courier.Wake()
}

// barePage is the least that a page can be: a row that is flushed, and a POST.
func barePage(b *testing.B, s *switchboard) (p50, p99 time.Duration) {
	dir, err := os.MkdirTemp(".", "bench-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(dir)
	db, err := sql.Open("sqlite", filepath.Join(dir, "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)")
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec("CREATE TABLE pages (id INTEGER PRIMARY KEY, page BLOB NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	page, err := json.Marshal(paging.Page{Event: "opened"})
	if err != nil {
		b.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	var took []time.Duration
	for range pageSample {
		began := time.Now()
		if _, err := db.Exec("INSERT INTO pages (page) VALUES (?)", page); err != nil {
			b.Fatal(err)
		}
		resp, err := client.Post(s.URL+"/bare", "application/json", bytes.NewReader(page))
		if err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		time.Sleep(10 * time.Millisecond)
	}
	s.wait(pageSample)
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100]
}
