package paging_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/httppager"
	"github.com/outrider-monitor/outrider/probes"
)

const killSecret = "whsec_a2lsbCB0ZXN0IHNlY3JldCAwMTIzNDU2Nzg5"

var (
	killJourneys = []string{"browse", "checkout", "track"}
	killPolicy   = incidents.Policy{OpenAfter: 2, CloseAfter: 2, Severity: "critical"}
)

// truth is the outcome of the n-th run of a journey: the same in every life of the process.
func truth(journey string, n int) probes.Outcome {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s %d", journey, n/4) // Phases of four runs, so that incidents come and go.
	switch h.Sum64() % 5 {
	case 0, 1:
		return probes.Failed
	case 2:
		return []probes.Outcome{probes.Failed, probes.Passed, probes.Error, probes.Degraded}[n%4]
	default:
		return probes.Passed
	}
}

func killRun(journey string, n int) probes.Result {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC).Add(time.Duration(n) * time.Minute)
	return probes.Result{RunID: fmt.Sprintf("%s-%06d", journey, n), Journey: journey, StartedAt: at, EndedAt: at.Add(time.Second),
		Outcome: truth(journey, n), Failure: &probes.Failure{Reason: probes.Status, Message: "it is as it is"}}
}

// life is one life of the process: it runs journeys and pages, until it is killed or, if it may end, everything
// is delivered.
func life(dir, url string, mayEnd bool) error {
	s, err := history.Open(dir, history.Options{Gather: 5 * time.Millisecond})
	if err != nil {
		return err
	}
	fmt.Println("alive")
	hook, err := httppager.NewWebhook(httppager.WebhookOptions{URL: url, Secret: killSecret})
	if err != nil {
		return err
	}
	c := paging.NewCourier(paging.CourierOptions{Outbox: s}, paging.Directory{Pagers: map[string]paging.Pager{"hook": hook}})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { _ = c.Run(ctx) }()
	var wg sync.WaitGroup
	for _, name := range killJourneys {
		wg.Go(func() {
			for n := next(s, name); !mayEnd; n++ {
				if err := s.Update(ctx, name, visit(killRun(name, n))); err != nil {
					fmt.Println(err)
					os.Exit(1)
				}
				c.Wake()
				time.Sleep(3 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	for {
		if waiting, _, err := s.Backlog(ctx); waiting == 0 || err != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// next is the number of the first run of a journey that was not stored.
func next(s *history.Store, journey string) int {
	_, number, found := strings.Cut(s.State(journey).LastRunID, journey+"-")
	if !found {
		return 0
	}
	n, _ := strconv.Atoi(number)
	return n + 1
}

func visit(r probes.Result) func(history.Prev) history.Entry {
	composer := paging.Composer{Deployment: "kill"}
	return func(prev history.Prev) history.Entry {
		state, events := incidents.Judge(prev.State, killPolicy, r)
		e := history.Entry{Result: r, State: state, Events: events}
		for _, event := range events {
			e.Pages = append(e.Pages, paging.Outgoing{Pager: "hook", Page: composer.Journey(&journeys.Journey{Name: r.Journey}, event, r)})
		}
		return e
	}
}

// moody is a receiver that refuses, stalls, resets, and accepts without saying so, a third of the time.
type moody struct {
	t      *testing.T
	verify *standardwebhooks.Webhook
	mu     sync.Mutex
	rng    *rand.Rand
	log    []paging.Page
	copies int
}

func (m *moody) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	m.mu.Lock()
	mood := m.rng.IntN(15)
	m.mu.Unlock()
	switch mood {
	case 0:
		w.WriteHeader(http.StatusInternalServerError)
		return
	case 1:
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case 2:
		panic(http.ErrAbortHandler)
	case 3:
		select {
		case <-r.Context().Done():
		case <-time.After(200 * time.Millisecond):
		}
		panic(http.ErrAbortHandler)
	}
	m.take(r.Header, body)
	if mood == 4 {
		panic(http.ErrAbortHandler) // It has the page, and the sender does not know.
	}
	w.WriteHeader(http.StatusNoContent)
}

func (m *moody) take(h http.Header, body []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.verify.Verify(body, h); err != nil {
		m.t.Errorf("a page without a good signature: %v", err)
	}
	var p paging.Page
	if err := json.Unmarshal(body, &p); err != nil || p.ID != h.Get("webhook-id") {
		m.t.Errorf("a page that does not fit its head: %v\n%s", err, body)
	}
	if slices.ContainsFunc(m.log, func(q paging.Page) bool { return q.ID == p.ID }) {
		m.copies++
		return
	}
	m.log = append(m.log, p)
}

func TestNoPageIsLostInventedOrOutOfOrderThroughTwentyKills(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	verify, err := standardwebhooks.NewWebhook(killSecret)
	if err != nil {
		t.Fatal(err)
	}
	m := &moody{t: t, verify: verify, rng: rand.New(rand.NewPCG(seed, 2))}
	server := httptest.NewServer(m)
	defer server.Close()
	dir := t.TempDir()
	// A slow machine needs more lives to have something to tell.
	for lives := 0; lives < 20 || lives < 100 && m.heard() < 20; lives++ {
		cmd := child(t, dir, server.URL, "")
		var out bytes.Buffer
		cmd.Stderr = &out
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if lives%5 > 0 { // Now and then it dies while it is still starting.
			_, _ = io.ReadFull(stdout, make([]byte, len("alive\n")))
		}
		time.Sleep(time.Duration(50+rng.IntN(250)) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
			t.Fatalf("the process ended by itself: %v\n%s", cmd.ProcessState, out.String())
		}
	}
	if out, err := child(t, dir, server.URL, "yes").CombinedOutput(); err != nil {
		t.Fatalf("the last life: %v\n%s", err, out)
	}
	s, err := history.Open(dir, history.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	total := 0
	for _, name := range killJourneys {
		var got []string
		for _, p := range m.log {
			if p.Journey.Name != name {
				continue
			}
			if begun := "opened " + p.Incident.ID; p.Notice && !slices.Contains(got, begun) {
				got = append(got, begun) // It was over before we could be told; that is told now.
			}
			got = append(got, p.Event+" "+p.Incident.ID)
			if want := "outrider/kill/" + name; p.DedupKey != want {
				t.Errorf("dedup key %q, want %q", p.DedupKey, want)
			}
		}
		want := expected(name, next(s, name))
		if !slices.Equal(got, want) {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, want)
		}
		total += len(want)
	}
	if total < 20 {
		t.Errorf("only %d pages: the test saw too little", total)
	}
	t.Logf("%d pages, %d of them sent again", total, m.copies)
}

// heard is how many pages have come.
func (m *moody) heard() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.log)
}

func child(t *testing.T, dir, url, mayEnd string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "PAGING_TEST_DIR="+dir, "PAGING_TEST_URL="+url, "PAGING_TEST_MAY_END="+mayEnd)
	return cmd
}

// expected is what people must have been told about the first runs of a journey, by the sentences of the policy.
func expected(journey string, runs int) []string {
	var told []string
	inARow, openSince := 0, ""
	last := ""
	for n := range runs {
		o := truth(journey, n)
		if o == probes.Error {
			continue
		}
		kind := map[bool]string{true: "good", false: "bad"}[o.Good()]
		if kind != last {
			inARow = 0
		}
		inARow++
		last = kind
		switch {
		case kind == "bad" && inARow == 2 && openSince == "":
			openSince = fmt.Sprintf("inc_%s-%06d", journey, n)
			told = append(told, "opened "+openSince)
		case kind == "good" && inARow == 2 && openSince != "":
			told = append(told, "closed "+openSince)
			openSince = ""
		}
	}
	return told
}
