package history_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/probes"
)

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkUpdate500 stores passed HTTP runs of 5,000 journeys at 500 a second, flushed to the disk. b.N is
// runs. What the same loop costs without a store is taken off the CPU time.
func BenchmarkUpdate500(b *testing.B) {
	s, err := history.Open(b.TempDir(), history.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	b.ResetTimer()
	idle, _ := at500(max(1, b.N/4), func(r probes.Result) error { return nil })
	commits := s.Commits()
	busy, slowest := at500(b.N, func(r probes.Result) error {
		err := s.Update(b.Context(), r.Journey, judged(r))
		if err != nil {
			b.Error(err)
		}
		return err
	})
	b.ReportMetric(float64(b.N)/float64(max(1, s.Commits()-commits)), "runs/flush")
	b.ReportMetric(float64((busy-idle).Nanoseconds())/1e3, "cpu-us/run")
	b.ReportMetric(float64(slowest)/1e6, "slowest-ms")
}

// at500 makes n runs at 500 a second, each in its own goroutine as the schedule has it, and gives the CPU time
// for one and the longest wait.
func at500(n int, store func(probes.Result) error) (each, slowest time.Duration) {
	const journeys, rate = 5000, 500
	names := make([]string, journeys)
	for i := range names {
		names[i] = fmt.Sprintf("journey-%04d", i)
	}
	var worst atomic.Int64
	var wg sync.WaitGroup
	used, start := cpu(), time.Now()
	for i := range n {
		time.Sleep(time.Until(start.Add(time.Duration(i) * time.Second / rate)))
		wg.Go(func() {
			r := run(names[i%journeys], i/journeys, probes.Passed)
			began := time.Now()
			_ = store(r)
			for took := int64(time.Since(began)); took > worst.Load(); {
				worst.Store(took)
			}
		})
	}
	wg.Wait()
	return (cpu() - used) / time.Duration(n), time.Duration(worst.Load())
}

// BenchmarkUpdateFlatOut stores as fast as 64 journeys at a time can.
func BenchmarkUpdateFlatOut(b *testing.B) {
	s, err := history.Open(b.TempDir(), history.Options{Gather: -1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	commits, used := s.Commits(), cpu()
	var next atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(next.Add(1))
			r := run(fmt.Sprintf("journey-%04d", n%5000), n, probes.Passed)
			if err := s.Update(b.Context(), r.Journey, judged(r)); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/float64(max(1, s.Commits()-commits)), "runs/flush")
	b.ReportMetric(float64((cpu()-used).Microseconds())/float64(b.N), "cpu-us/run")
}
