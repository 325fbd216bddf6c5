package browserbench

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes/browser"
)

const (
	// parallelRuns is how many runs each rival makes where OUTRIDER_BENCH_RUNS does not say; mostParallelRuns is as many
	// as show something.
	parallelRuns     = 60
	mostParallelRuns = 300
	// parallelRounds is how often the rivals take turns: what else the machine does meanwhile befalls all of them.
	parallelRounds = 3
)

// pace is what a rival does in parallel.
type pace struct {
	name   string
	rival  rival
	took   time.Duration
	cpu    time.Duration
	runs   int
	failed atomic.Int64
}

func (p *pace) rate() float64 { return float64(p.runs) / p.took.Minutes() }

// each is the CPU of a run in milliseconds. On a machine that others use too it says more than the rate, which is theirs as
// much as ours.
func (p *pace) each() float64 { return float64(p.cpu) / float64(time.Millisecond) / float64(p.runs) }

// BenchmarkParallel makes runs at 4 and at 8 in parallel with Playwright and with us, in turn, and reports how many are
// done in a minute, how many failed, and the memory at the end.
func BenchmarkParallel(b *testing.B) {
	runs := min(number(b, "OUTRIDER_BENCH_RUNS", parallelRuns), mostParallelRuns)
	for _, n := range []int{4, 8} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			at := startShop(b)
			var rivals []*pace
			not := []int{}
			if withPlaywright(b) {
				p := startPlaywright(b, at)
				not = append(not, p.cmd.Process.Pid)
				rivals = append(rivals, &pace{name: "playwright", rival: p})
			}
			ours := &pace{name: "outrider", rival: startOutrider(b, at, browser.Options{}, not...)}
			rivals = append(rivals, ours)
			for _, p := range rivals {
				if _, err := measure(p.rival, warm); err != nil {
					b.Fatalf("%s: %v", p.name, err)
				}
			}
			for range parallelRounds {
				for _, p := range rivals {
					p.ride(b, n, (runs+parallelRounds-1)/parallelRounds)
				}
			}
			b.ReportMetric(0, "ns/op")
			for _, p := range rivals {
				b.ReportMetric(p.rate(), p.name+"-runs/min")
				b.ReportMetric(float64(p.failed.Load()), p.name+"-failed-of-"+fmt.Sprint(p.runs))
				b.ReportMetric(float64(treeMemory(p.rival.roots()))/(1<<20), p.name+"-pss-MB")
				b.ReportMetric(p.each(), p.name+"-cpu-ms")
				if p != ours {
					b.ReportMetric(ours.rate()/p.rate(), "rate-of-"+p.name)
					b.ReportMetric(ours.each()/p.each(), "cpu-of-"+p.name)
				}
			}
		})
	}
}

// ride makes runs, some at a time.
func (p *pace) ride(b *testing.B, workers, runs int) {
	b.Helper()
	var all sync.WaitGroup
	work := make(chan struct{})
	begun, cpu := time.Now(), treeCPU(p.rival.roots())
	for range workers {
		all.Go(func() {
			for range work {
				if err := p.rival.run(); err != nil {
					p.failed.Add(1)
					b.Logf("%s: %v", p.name, err)
				}
			}
		})
	}
	for range runs {
		work <- struct{}{}
	}
	close(work)
	all.Wait()
	p.took += time.Since(begun)
	p.cpu += treeCPU(p.rival.roots()) - cpu
	p.runs += runs
	say(b, "%s: %d runs, %d failed, %.0f a minute", p.name, p.runs, p.failed.Load(), p.rate())
}
