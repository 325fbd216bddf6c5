package exporter_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"runtime"
	"slices"
	"testing"
	"time"
)

// BenchmarkBeside is how long what comes from outside waits for a goroutine that waits for it, on one processor: an echo of
// another process, asked every millisecond, alone and beside scrapes of 1,000 journeys, one after the other, in turns. What
// the ratios show besides is how busy the machine is with other things: one that only yields has a p90 of ten milliseconds.
func BenchmarkBeside(b *testing.B) {
	web := catalogueOf(b, 1000)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	echo := echoes(b)
	var alone, beside []time.Duration
	scrapes := 0
	for b.Loop() {
		alone = append(alone, echo(200)...)
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan int)
		go func() { ended <- scrape(ctx, web) }()
		beside = append(beside, echo(200)...)
		stop()
		scrapes += <-ended
	}
	b.ReportMetric(0, "ns/op")
	for _, p := range []int{90, 99} {
		b.ReportMetric(float64(at(alone, p).Microseconds()), fmt.Sprintf("alone-p%d-us", p))
		b.ReportMetric(float64(at(beside, p))/float64(at(alone, p)), fmt.Sprintf("p%d-ratio", p))
	}
	b.ReportMetric(float64(scrapes)/float64(b.N), "scrapes")
}

// at gives a percentile.
func at(all []time.Duration, percent int) time.Duration {
	slices.Sort(all)
	return all[len(all)*percent/100]
}

// scrape scrapes as Prometheus does until ctx ends, and says how often.
func scrape(ctx context.Context, web http.Handler) (n int) {
	req := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	req.Header.Set("Accept", formats()[0])
	req.Header.Set("Accept-Encoding", "gzip")
	for ; ctx.Err() == nil; n++ {
		web.ServeHTTP(&discard{}, req)
	}
	return n
}

// echoes starts a process that says what it is told, and gives how long it took, so many times.
func echoes(b *testing.B) func(n int) []time.Duration {
	b.Helper()
	cmd := exec.Command("sh", "-c", "cat | cat | cat | cat") // long enough that the answer is waited for
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _, _ = in.Close(), cmd.Wait() })
	var said [1]byte
	return func(n int) (all []time.Duration) {
		for range n {
			time.Sleep(time.Millisecond)
			asked := time.Now()
			if _, err := in.Write(said[:]); err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadFull(out, said[:]); err != nil {
				b.Fatal(err)
			}
			all = append(all, time.Since(asked))
		}
		return all
	}
}
