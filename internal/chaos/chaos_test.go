package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/loopback"
)

const secret = "whsec_Y2hhb3MgdGVzdCBzZWNyZXQgMDEyMzQ1Njc4OQ=="

const config = `journeys: [journeys/]
deployment: chaos
location: here
data: data
listen: %[1]s
defaults: {alert: {open_after: 2, close_after: 2, flapping: never}}
teams:
  kitchen: {pagers: [hook, calm]}
pagers:
  hook: {webhook: {url: "%[2]s", secret: {env: HOOK_SECRET}}}
  calm: {webhook: {url: "%[3]s", secret: {env: HOOK_SECRET}}}
monitor_pagers: [hook]
fallback_pagers: [hook]
storm: never
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
// moments, and worse, and then holds the receiver's log against what the shop did.
func TestNoPageIsLostOrInventedThroughKills(t *testing.T) {
	kills := 50
	if n, err := strconv.Atoi(os.Getenv("OUTRIDER_CHAOS_KILLS")); err == nil {
		kills = n
	}
	seed := uint64(time.Now().UnixNano())
	if n, err := strconv.ParseUint(os.Getenv("OUTRIDER_CHAOS_SEED"), 10, 64); err == nil {
		seed = n
	}
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
	// The team's other pager has nothing to do with the first one's moods.
	calm := newReceiver(t, secret, rand.New(rand.NewPCG(seed, 3)))
	calm.calm = true
	calmServer := httptest.NewServer(calm)
	defer calmServer.Close()

	ctx, cancel := context.WithCancelCause(t.Context())
	p := &process{config: write(t, hookServer.URL, calmServer.URL, names), env: []string{"SHOP_URL=" + shop.URL, "HOOK_SECRET=" + secret}, died: cancel}
	data := filepath.Join(filepath.Dir(p.config), "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	bad := &torment{process: p, hook: hook, clock: &clock{}, disk: newDisk(t, data, 256), rng: rand.New(rand.NewPCG(seed, 2)),
		done: map[string]int{}, outage: 5 * time.Second, pause: 5 * time.Second, diskless: 2 * time.Second}
	patience := 3 * time.Minute // A pager that was in a bad mood seven times in a row is left alone for one.
	if kills >= long || os.Getenv("OUTRIDER_CHAOS_LONG") != "" {
		bad.outage, bad.pause, bad.diskless, patience = 4*time.Minute, time.Minute, 20*time.Second, 10*time.Minute
		p.bin, bad.clock = buildWithClock(t)
		p.env = append(p.env, stepVariable+"="+bad.clock.file)
	} else {
		p.bin = build(t)
	}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	tormented := make(chan struct{})
	go func() {
		defer close(tormented)
		if err := bad.run(ctx, kills); err != nil {
			cancel(err)
		}
	}()
	t.Cleanup(func() { // Also when the test ends early: nobody starts the monitor again, and it does not outlive us.
		cancel(nil)
		<-tormented
		_ = p.stop(syscall.SIGKILL)
	})

	var cycles []cycle
	for over := false; !over; {
		var c cycle
		c.broken = time.Now()
		broken.Store(true)
		for _, r := range []*receiver{calm, hook} {
			if err := r.wait(ctx, patience, told("opened", len(cycles)+1, names)); err != nil {
				t.Fatalf("the shop broke at %s: %v\n%s", c.broken, err, p.tail())
			}
		}
		broken.Store(false)
		c.mended = time.Now()
		cycles = append(cycles, c)
		for _, r := range []*receiver{calm, hook} {
			if err := r.wait(ctx, patience, told("closed", len(cycles), names)); err != nil {
				t.Fatalf("the shop was mended at %s: %v\n%s", c.mended, err, p.tail())
			}
		}
		t.Logf("incident %d was told after %s, its end after %s; so far %v", len(cycles), c.mended.Sub(c.broken).Round(time.Millisecond), time.Since(c.mended).Round(time.Millisecond), bad.report())
		select {
		case <-tormented:
			over = true
		default:
		}
	}
	if err := p.stop(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if err := context.Cause(ctx); err != nil {
		t.Fatalf("%v\n%s", err, p.tail())
	}
	judge(t, hook.messages(), cycles, names, bad.clock)
	judge(t, calm.messages(), cycles, names, bad.clock)
	t.Logf("%v, %d incidents of each of %d journeys, %d messages, %d refused", bad.report(), len(cycles), len(names), len(hook.messages()), hook.refused)
	t.Logf("from the break of the shop to the page: %s; at the other pager, which takes everything: %s", waits(hook.messages(), cycles), waits(calm.messages(), cycles))
}

// long is from how many kills on a run of the test takes its time: outages of minutes, a clock that is set.
const long = 200

// waits says how long the first page of an incident took from the break of the shop.
func waits(log []message, cycles []cycle) string {
	seen := map[string]bool{}
	count := map[string]int{}
	var took []time.Duration
	for _, m := range log {
		if n := count[m.Journey.Name]; !seen[m.Incident.ID] && n < len(cycles) {
			seen[m.Incident.ID] = true
			count[m.Journey.Name]++
			took = append(took, m.at.Sub(cycles[n].broken))
		}
	}
	if len(took) == 0 {
		return "there was none"
	}
	slices.Sort(took)
	return fmt.Sprintf("half within %s, nine of ten within %s, all within %s", took[len(took)/2].Round(time.Millisecond),
		took[len(took)*9/10].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
}

// told reports whether each journey has n different incidents with the event.
func told(event string, n int, names []string) func([]message) bool {
	return func(log []message) bool {
		for _, name := range names {
			ids := map[string]bool{}
			for _, m := range log {
				if m.Journey.Name == name && (m.Event == event || m.Notice) {
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
func judge(t *testing.T, log []message, cycles []cycle, names []string, c *clock) {
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
				begun := slices.ContainsFunc(opened, func(o message) bool { return o.Incident.ID == m.Incident.ID })
				if m.Notice && !begun { // The one page of an incident that was over before anybody could be told.
					opened = append(opened, m)
				}
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
		for i, shop := range cycles {
			if !within(c.possible(opened[i].Incident.OpenedAt), shop.broken, shop.mended.Add(time.Second)) {
				t.Errorf("%s: incident %d opened at %s, but the shop was broken from %s to %s", name, i, opened[i].Incident.OpenedAt, shop.broken, shop.mended)
			}
			// After the clock was set back an incident would close before it opened; then it closes when it opened.
			held := c.file != "" && closed[i].Incident.ClosedAt.Equal(closed[i].Incident.OpenedAt)
			if !held && !within(c.possible(closed[i].Incident.ClosedAt), shop.mended, closed[i].at) {
				t.Errorf("%s: incident %d closed at %s, but the shop was mended at %s", name, i, closed[i].Incident.ClosedAt, shop.mended)
			}
		}
	}
	for _, m := range log {
		if m.Journey.Name != names[0] && m.Journey.Name != names[1] {
			t.Errorf("somebody was paged about %q: %s %s", m.Journey.Name, m.Event, m.DedupKey)
		}
	}
}

func within(moments []time.Time, from, to time.Time) bool {
	return slices.ContainsFunc(moments, func(at time.Time) bool { return !at.Before(from) && !at.After(to) })
}

// write lays out a configuration and gives its path.
func write(t *testing.T, hookURL, calmURL string, names []string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "journeys"), 0o755); err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"outrider.yaml": fmt.Sprintf(config, loopback.FreeAddress(t), hookURL, calmURL)}
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
