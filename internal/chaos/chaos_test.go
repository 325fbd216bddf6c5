package chaos

import (
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const secret = "whsec_Y2hhb3MgdGVzdCBzZWNyZXQgMDEyMzQ1Njc4OQ=="

const config = `journeys: [journeys/]
deployment: chaos
location: here
data: data
listen: %s
defaults: {alert: {open_after: 2, close_after: 2, flapping: never}}
teams:
  kitchen: {pagers: [hook]}
pagers:
  hook: {webhook: {url: "%s", secret: {env: HOOK_SECRET}}}
monitor_pagers: [hook]
fallback_pagers: [hook]
`

const journey = `journey: %s
title: A customer asks the kitchen
team: kitchen
every: 500ms
timeout: 450ms
alert: {confirm: 0}
steps:
  - name: Ask the kitchen
    get: ${{ env.SHOP_URL }}/
    expect: [status == 200, body == "fine"]
`

// cycle is one breaking and mending of the shop: the truth that the receiver's log is held against.
type cycle struct{ broken, mended time.Time }

// TestNoPageIsLostOrInventedThroughKills breaks and mends a shop while the monitor is killed at random
// moments, and then holds the receiver's log against what the shop did.
func TestNoPageIsLostOrInventedThroughKills(t *testing.T) {
	kills := 50
	if n, err := strconv.Atoi(os.Getenv("OUTRIDER_CHAOS_KILLS")); err == nil {
		kills = n
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d kills", seed, kills)
	names := []string{"order", "track"}

	var broken atomic.Bool
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, "fine")
	}))
	defer shop.Close()
	hook := newReceiver(t, secret, rand.New(rand.NewPCG(seed, 1)))
	hookServer := httptest.NewServer(hook)
	defer hookServer.Close()

	p := &process{bin: build(t), config: write(t, hookServer.URL, names),
		env: []string{"SHOP_URL=" + shop.URL, "HOOK_SECRET=" + secret}}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	tormented := make(chan error, 1)
	go p.torment(kills, rand.New(rand.NewPCG(seed, 2)), tormented)

	var cycles []cycle
	for p.killed() < kills {
		var c cycle
		c.broken = time.Now()
		broken.Store(true)
		if !hook.wait(time.Minute, told("opened", len(cycles)+1, names)) {
			t.Fatalf("the shop broke at %s and not everybody heard of it\n%s", c.broken, p.tail())
		}
		broken.Store(false)
		c.mended = time.Now()
		cycles = append(cycles, c)
		if !hook.wait(time.Minute, told("closed", len(cycles), names)) {
			t.Fatalf("the shop was mended at %s and not everybody heard of it\n%s", c.mended, p.tail())
		}
	}
	if err := <-tormented; err != nil {
		t.Fatalf("%v\n%s", err, p.tail())
	}
	if err := p.stop(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v\n%s", err, p.tail())
	}
	judge(t, hook.messages(), cycles, names)
	t.Logf("%d kills, %d incidents of each of %d journeys, %d messages, %d refused",
		p.killed(), len(cycles), len(names), len(hook.messages()), hook.refused)
}

// told reports whether each journey has n different incidents with the event.
func told(event string, n int, names []string) func([]message) bool {
	return func(log []message) bool {
		for _, name := range names {
			ids := map[string]bool{}
			for _, m := range log {
				if m.Journey.Name == name && m.Event == event {
					ids[m.Incident.ID] = true
				}
			}
			if len(ids) < n {
				return false
			}
		}
		return true
	}
}

// judge holds the log against the truth.
func judge(t *testing.T, log []message, cycles []cycle, names []string) {
	t.Helper()
	for _, name := range names {
		var opened, closed []message // First deliveries, in order.
		pageOf := map[string]string{}
		for _, m := range log {
			if m.Journey.Name != name {
				continue
			}
			if want := "outrider/chaos/" + name; m.DedupKey != want {
				t.Errorf("%s: dedup key %q, want %q", name, m.DedupKey, want)
			}
			change := m.Incident.ID + " " + m.Event
			if first, seen := pageOf[change]; seen {
				if first != m.ID {
					t.Errorf("%s: %s was told under two ids, %s and %s", name, change, first, m.ID)
				}
				continue
			}
			pageOf[change] = m.ID
			switch m.Event {
			case "opened":
				opened = append(opened, m)
			case "closed":
				if len(opened) == 0 || opened[len(opened)-1].Incident.ID != m.Incident.ID {
					t.Errorf("%s: incident %s closed before it was opened", name, m.Incident.ID)
				}
				closed = append(closed, m)
			default:
				t.Errorf("%s: unexpected event %q", name, m.Event)
			}
		}
		if len(opened) != len(cycles) || len(closed) != len(cycles) {
			t.Errorf("%s: the shop broke %d times; %d opened, %d closed", name, len(cycles), len(opened), len(closed))
			continue
		}
		for i, c := range cycles {
			if at := opened[i].Incident.OpenedAt; at.Before(c.broken) || at.After(c.mended.Add(time.Second)) {
				t.Errorf("%s: incident %d opened at %s, but the shop was broken from %s to %s", name, i, at, c.broken, c.mended)
			}
			if at := closed[i].Incident.ClosedAt; at.Before(c.mended) {
				t.Errorf("%s: incident %d closed at %s, but the shop was mended at %s", name, i, at, c.mended)
			}
		}
	}
	for _, m := range log {
		if m.Journey.Name != names[0] && m.Journey.Name != names[1] {
			t.Errorf("somebody was paged about %q: %s %s", m.Journey.Name, m.Event, m.DedupKey)
		}
	}
}

// write lays out a configuration and gives its path.
func write(t *testing.T, hookURL string, names []string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "journeys"), 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"outrider.yaml": fmt.Sprintf(config, freeAddress(t), hookURL)}
	for _, name := range names {
		files[filepath.Join("journeys", name+".yaml")] = fmt.Sprintf(journey, name)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "outrider.yaml")
}

// freeAddress gives a loopback address on which nothing listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
