package browserbench

import (
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes/browser"
)

// BenchmarkSteady makes runs one after the other in one browser that is never recycled and reports how much memory
// and time the last ones take in proportion to the first: -benchtime 1000x is what `make soak` asks for.
func BenchmarkSteady(b *testing.B) {
	at := startShop(b)
	r := startOutrider(b, at, browser.Options{RecycleAfter: -1})
	block := func(n int) cost {
		c, err := measure(r, n)
		if err != nil {
			b.Fatal(err)
		}
		return c
	}
	block(10)
	first, memory := block(10), restingMemory(r)
	for b.Loop() {
		block(1)
	}
	grown := restingMemory(r)
	last := block(10)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(memory)/(1<<20), "pss-MB-first")
	b.ReportMetric(float64(grown)/float64(memory), "pss-last/first")
	b.ReportMetric(last.each(last.wall)/first.each(first.wall), "wall-last/first")
}

// restingMemory is the memory of a rival that does nothing: a browser goes on closing a page after a run is over, and
// the page's process weighs a fifth of the whole.
func restingMemory(r rival) int64 {
	least := treeMemory(r.roots())
	for range 10 {
		time.Sleep(200 * time.Millisecond)
		least = min(least, treeMemory(r.roots()))
	}
	return least
}

// BenchmarkSoak makes runs, two at a time, in browsers that are recycled, killed, frozen, and robbed of their
// processes all the while. A run that is hit is repeated in a fresh browser: none may fail, and what the runs
// opened must be closed at the end. The processes, folders and goroutines are looked for when all is over, see
// package leakcheck.
func BenchmarkSoak(b *testing.B) {
	at := startShop(b)
	causes := struct {
		sync.Mutex
		n map[string]int
	}{n: map[string]int{}}
	r := startOutrider(b, at, browser.Options{RecycleAfter: 40, OnStart: func(cause string) {
		causes.Lock()
		defer causes.Unlock()
		causes.n[cause]++
	}})
	if err := r.twice(); err != nil {
		b.Fatal(err)
	}
	files := openFiles(b)
	var runs atomic.Int64
	var all sync.WaitGroup
	work := make(chan struct{})
	for range 2 {
		all.Go(func() {
			for range work {
				if err := r.twice(); err != nil {
					b.Errorf("run %d: %v", runs.Load(), err)
				}
				runs.Add(1)
			}
		})
	}
	for b.Loop() {
		work <- struct{}{}
		if n := runs.Load(); n%25 == 24 {
			b.Logf("run %d: %s", n, r.harm(int(n/25)))
		}
	}
	close(work)
	all.Wait()
	got := openFiles(b)
	for end := time.Now().Add(10 * time.Second); got > files+2 && time.Now().Before(end); got = openFiles(b) {
		time.Sleep(50 * time.Millisecond) // a browser that was replaced is just going
	}
	if got > files+2 {
		b.Errorf("%d files are open, %d were before", got, files)
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(runtime.NumGoroutine()), "goroutines")
	b.ReportMetric(float64(treeMemory(r.roots()))/(1<<20), "pss-MB")
	for cause, n := range causes.n {
		b.ReportMetric(float64(n), "starts-"+cause)
	}
}

// harm does the browser one of several harms and names it.
func (r *outrider) harm(n int) string {
	browser, pages, gpu := r.parts()
	kill := func(pids []int, signal syscall.Signal) {
		for _, pid := range pids {
			_ = syscall.Kill(pid, signal)
		}
	}
	switch n % 4 {
	case 0:
		kill(browser, syscall.SIGKILL)
		return "the browser is killed"
	case 1:
		kill(pages, syscall.SIGKILL)
		return "the pages' processes are killed"
	case 2:
		kill(gpu, syscall.SIGKILL)
		return "the GPU process is killed"
	}
	kill(browser, syscall.SIGSTOP)
	return "the browser is frozen"
}

// parts are the browsers of ours, their pages' processes, and those that paint.
func (r *outrider) parts() (browser, pages, gpu []int) {
	roots := r.roots()
	for _, pid := range tree(roots) {
		line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		switch text := string(line); {
		case pid != os.Getpid() && contains(roots, pid):
			browser = append(browser, pid)
		case strings.Contains(text, "--type=renderer"):
			pages = append(pages, pid)
		case strings.Contains(text, "--type=gpu-process"):
			gpu = append(gpu, pid)
		}
	}
	return browser, pages, gpu
}

func openFiles(t testing.TB) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}
