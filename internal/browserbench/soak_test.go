package browserbench

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
)

const (
	// soakWorkers is how many runs are under way at a time.
	soakWorkers = 4
	// mostGrowth is how much the memory of browser and monitor may grow after it has warmed up.
	mostGrowth = 1.05
	// soakTimeout is a run's in the soak: a process that is stopped is noticed only when it is over.
	soakTimeout = 15 * time.Second
)

// number is a setting from the environment, by which the soak is run in pieces.
func number(b *testing.B, name string, otherwise int) int {
	b.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		b.Fatalf("%s=%q is no number of runs", name, text)
	}
	return n
}

// soakRuns is how many runs each part of the soak makes. `make soak` asks for a thousand.
func soakRuns(b *testing.B) int { return number(b, "OUTRIDER_SOAK_RUNS", 40) }

// say tells how far a long benchmark is, at once: what a benchmark logs is shown only when it is over.
func say(b *testing.B, format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s %s: %s\n", time.Now().Format(time.TimeOnly), b.Name(), fmt.Sprintf(format, args...))
}

// tally counts what became of runs, and how long those took that passed at the first try.
type tally struct {
	mu                              sync.Mutex
	passed, repeated, unsure, wrong int
	took                            []time.Duration
}

// note counts a run. Only a verdict about the shop is wrong: it has nothing wrong with it.
func (t *tally) note(b *testing.B, res *probes.Result, took time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case res.Outcome == probes.Error:
		t.unsure++
		say(b, "could not judge, after %d attempts at %q: %v", len(res.Attempts), res.Step, res.Failure)
	case res.Outcome != probes.Passed:
		t.wrong++
		b.Errorf("%v after %d attempts at %q: %v", res.Outcome, len(res.Attempts), res.Step, res.Failure)
		say(b, "%v after %d attempts at %q: %v", res.Outcome, len(res.Attempts), res.Step, res.Failure)
	case len(res.Attempts) > 1:
		t.repeated++
	default:
		t.passed++
		t.took = append(t.took, took)
	}
}

func (t *tally) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	latest := t.took[max(0, len(t.took)-50):]
	return fmt.Sprintf("%d passed, %d repeated, %d could not be judged, %d failed; the latest took %v", t.passed, t.repeated,
		t.unsure, t.wrong, median(latest).Round(time.Millisecond))
}

// ride makes n runs, [soakWorkers] at a time. before is called before each, with its number.
func (t *tally) ride(b *testing.B, r *outrider, n int, before func(i int)) {
	var all sync.WaitGroup
	work := make(chan struct{})
	for range soakWorkers {
		all.Go(func() {
			for range work {
				begun := time.Now()
				res := r.result()
				t.note(b, &res, time.Since(begun))
			}
		})
	}
	for i := range n {
		work <- struct{}{}
		before(i)
		if every := max(n/20, 10); i%every == every-1 {
			say(b, "run %d of %d: %v; %d MB", i+1, n, t, treeMemory(r.roots())>>20)
		}
	}
	close(work)
	all.Wait()
}

func median(list []time.Duration) time.Duration {
	if len(list) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(list))[len(list)/2]
}

// BenchmarkSteady makes runs as a monitor makes them, with a fresh browser now and then. None may fail or be repeated, and
// the memory of all may grow by less than a twentieth after a tenth of them; how long the last tenth took in proportion to
// the first is a figure to look at. In a browser that is never replaced the growth is Chromium's own, some 25 MB in a
// thousand runs, and a figure to look at too.
func BenchmarkSteady(b *testing.B) {
	b.Run("as-shipped", func(b *testing.B) { steady(b, browser.Options{}, mostGrowth) })
	b.Run("one-browser", func(b *testing.B) { steady(b, browser.Options{RecycleAfter: -1}, math.Inf(1)) })
}

func steady(b *testing.B, o browser.Options, mayGrow float64) {
	at := startShop(b)
	r := startOutrider(b, at, o)
	n := soakRuns(b)
	nothing := func(int) {}
	var warming, t tally
	warming.ride(b, r, max(n/10, 20), nothing)
	first := restingMemory(r)
	begun := time.Now()
	t.ride(b, r, n, nothing)
	rate := float64(n) / time.Since(begun).Minutes()
	last := restingMemory(r)
	if t.passed != n {
		b.Errorf("%d of %d runs did not pass at once", n-t.passed, n)
	}
	grown := float64(last) / float64(first)
	if grown >= mayGrow {
		b.Errorf("the memory has grown from %d to %d MB, more than by a twentieth", first>>20, last>>20)
	}
	tenth := max(len(t.took)/10, 1)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(rate, "runs/min")
	b.ReportMetric(float64(first)/(1<<20), "pss-MB-first")
	b.ReportMetric(grown, "pss-last/first")
	b.ReportMetric(float64(median(t.took[len(t.took)-tenth:]))/float64(median(t.took[:tenth])), "wall-last/first")
}

// restingMemory is the memory of ours when it does nothing: a browser goes on closing a page after a run is over, and
// the page's process weighs a fifth of the whole.
func restingMemory(r *outrider) int64 {
	debug.FreeOSMemory()
	least := treeMemory(r.roots())
	for range 10 {
		time.Sleep(200 * time.Millisecond)
		least = min(least, treeMemory(r.roots()))
	}
	return least
}

// BenchmarkSoak makes runs in browsers that are recycled all the while, and whose processes are killed and stopped at
// random: the browser, its pages, what paints, what speaks to servers. A run that is hit is repeated in a fresh browser,
// and when that is hit too it is the monitor that could not judge: none may be put down to the shop. Nothing that the runs
// opened may be left; OUTRIDER_SOAK_SEED does the same harm again.
func BenchmarkSoak(b *testing.B) {
	at := startShop(b)
	before := openedNow(b)
	seed := number(b, "OUTRIDER_SOAK_SEED", int(time.Now().UnixNano()&0xffffff)|1)
	random := rand.New(rand.NewPCG(uint64(seed), 0))
	say(b, "OUTRIDER_SOAK_SEED=%d", seed)
	var starts [8]atomic.Int64
	causes := []string{"first", "recycle", "memory", "crash", "frozen"}
	r := startOutrider(b, at, browser.Options{RecycleAfter: 40, OnStart: func(cause string) {
		starts[1+slices.Index(causes, cause)].Add(1)
	}})
	r.j.Timeout = soakTimeout
	var t tally
	harms := 0
	n := soakRuns(b)
	t.ride(b, r, n, func(i int) {
		if i >= soakWorkers && random.IntN(20) == 0 {
			if harm := r.harm(random); harm != "" {
				harms++
				say(b, "run %d: %s", i+1, harm)
			}
		}
	})
	if done := t.passed + t.repeated + t.unsure + t.wrong; done != n {
		b.Errorf("%d runs have a verdict, want %d", done, n)
	}
	r.close(b)
	before.match(b, openedNow)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(harms), "harms")
	b.ReportMetric(float64(t.repeated), "repeated")
	b.ReportMetric(float64(t.unsure), "unjudged")
	b.ReportMetric(float64(t.wrong), "failed")
	for i := range starts {
		if n := starts[i].Load(); n > 0 {
			b.ReportMetric(float64(n), "starts-"+append([]string{"else"}, causes...)[i])
		}
	}
}

// opened is what this process has open, and what it has started.
type opened struct{ files, goroutines, processes, folders int }

func openedNow(b *testing.B) opened {
	b.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		b.Fatal(err)
	}
	return opened{len(list), runtime.NumGoroutine(), len(strangers(os.TempDir())), len(profiles(b, os.TempDir()))}
}

// match waits until no more is open than before.
func (o opened) match(b *testing.B, now func(*testing.B) opened) {
	b.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		got := now(b)
		if got.files <= o.files && got.goroutines <= o.goroutines && got.processes <= o.processes && got.folders <= o.folders {
			return
		}
		if time.Now().After(end) {
			b.Errorf("open are %+v, before were %+v", got, o)
			return
		}
	}
}

// percentile of a list that is not empty, by rank.
func percentile(list []time.Duration, p int) time.Duration {
	sorted := slices.SortedFunc(slices.Values(list), cmp.Compare[time.Duration])
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}
