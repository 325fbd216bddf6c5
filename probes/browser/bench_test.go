package browser_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/internal/cdpbaseline"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

// card is a number that the shop's payment provider accepts.
const card = "4242 4242 4242 4242"

// sameCheckout does what cdpbaseline.Checkout does, step by step.
const sameCheckout = `
journey: checkout
every: 5m
secrets: {card: {env: TEST_CARD}}
steps:
  - goto: ${{ env.SHOP_URL }}/menu
  - click: css=a[href='/dishes/margherita']
  - click: Add to basket
    expect: text("testid=basket-count") == "1"
  - goto: ${{ env.SHOP_URL }}/checkout
  - fill_form: {Full name: Ada Byron, Address: 12 Arlington Lane, Postcode: N1 9GU}
  - fill: {label: Card number, frame: {title: Card payment}}
    with: ${{ secrets.card }}
  - fill: {label: Expiry, frame: {title: Card payment}}
    with: 12/30
  - fill: {label: CVC, frame: {title: Card payment}}
    with: "123"
  - click: {role: button, name: Place order}
  - see: Order confirmed
    save: {order: text("testid=order-number")}
`

func parseOne(t testing.TB, src string) *journeys.Journey {
	t.Helper()
	js, err := journeys.Parse("bench.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return &js[0]
}

// BenchmarkCheckout runs the hand-written baseline and our driver in turn, each in a warm browser with the
// same command line, and reports what a run costs: wall time, and CPU time of the browser's processes and
// ours. The shop runs in this process and costs both the same.
func BenchmarkCheckout(b *testing.B) {
	s := startShop(b, shop.Options{})
	options := browser.Options{ExecPath: os.Getenv("BENCH_BROWSER"), RecycleAfter: -1}
	cmd, remove, err := chrome.Command(options)
	if err != nil {
		b.Fatal(err)
	}
	runtime.LockOSThread() // the browser dies with the thread that started it
	defer runtime.UnlockOSThread()
	base, err := cdpbaseline.Start(cmd)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = base.Close(); _ = remove() }()
	d := startDriver(b, options)
	runner, j := shopRunner(s, d), parseOne(b, sameCheckout)
	theirs := func() error {
		_, err := base.Checkout(s.URL(), s.PayURL(), card)
		return err
	}
	ours := func() error {
		res := runner.Run(context.Background(), j, probes.Request{})
		if res.Outcome != probes.Passed {
			report(b, res)
			return fmt.Errorf("%v at %q: %v", res.Outcome, res.Step, res.Failure)
		}
		return nil
	}
	for range 3 { // warm
		if err := theirs(); err != nil {
			b.Fatal(err)
		}
		if err := ours(); err != nil {
			b.Fatal(err)
		}
	}
	var floor, driver cost
	for b.Loop() {
		floor.measure(b, theirs)
		driver.measure(b, ours)
	}
	n := float64(b.N)
	b.ReportMetric(0, "ns/op") // both together: of no use
	b.ReportMetric(ms(floor.wall)/n, "baseline-wall-ms")
	b.ReportMetric(ms(floor.cpu)/n, "baseline-cpu-ms")
	b.ReportMetric(ms(driver.wall)/n, "outrider-wall-ms")
	b.ReportMetric(ms(driver.cpu)/n, "outrider-cpu-ms")
	b.ReportMetric(ms(driver.own)/n, "outrider-own-cpu-ms")
	b.ReportMetric(ms(floor.own)/n, "baseline-own-cpu-ms")
	b.ReportMetric(float64(driver.wall)/float64(floor.wall), "wall-ratio")
	b.ReportMetric(float64(driver.cpu)/float64(floor.cpu), "cpu-ratio")
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// cost sums what runs took. cpu counts this process and all its descendants, own this process alone.
type cost struct{ wall, cpu, own time.Duration }

func (c *cost) measure(b *testing.B, run func() error) {
	b.Helper()
	cpu := treeCPU()
	own, begun := ownCPU(), time.Now()
	if err := run(); err != nil {
		b.Fatal(err)
	}
	c.wall += time.Since(begun)
	c.own += ownCPU() - own
	c.cpu += treeCPU() - cpu
}

func ownCPU() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// looking is what looking itself has cost.
var looking time.Duration

// treeCPU is the CPU time of this process and its descendants, the ended ones too, whose time their parents
// keep; the time of looking is not counted.
func treeCPU() time.Duration {
	begun := ownCPU()
	parents, times := map[int]int{}, map[int]int64{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		stat, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		parents[pid], _ = strconv.Atoi(fields[1])
		for _, f := range fields[11:15] { // utime stime cutime cstime
			n, _ := strconv.ParseInt(f, 10, 64)
			times[pid] += n
		}
	}
	var ticks int64
	for pid := range parents {
		for p := pid; p > 1; p = parents[p] {
			if p == os.Getpid() {
				ticks += times[pid]
				break
			}
		}
	}
	looking += ownCPU() - begun
	return time.Duration(ticks)*10*time.Millisecond - looking // USER_HZ is 100 on Linux
}

// TestAHundredRunsAtFourInParallelAllPass drives one browser with four runs at a time.
func TestAHundredRunsAtFourInParallelAllPass(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred runs")
	}
	s := startShop(t, shop.Options{})
	runner, j := shopRunner(s, startDriver(t, browser.Options{RecycleAfter: 30})), parseOne(t, sameCheckout)
	work := make(chan int)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for n := range work {
				if res := runner.Run(context.Background(), j, probes.Request{}); res.Outcome != probes.Passed || len(res.Attempts) != 1 {
					t.Errorf("run %d: %v at %q: %v", n, res.Outcome, res.Step, res.Failure)
					report(t, res)
				}
			}
		})
	}
	for n := range 100 {
		work <- n
	}
	close(work)
	all.Wait()
}
