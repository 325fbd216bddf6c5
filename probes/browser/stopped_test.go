package browser

import (
	"context"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// TestAStoppedProcessIsTheBrowsersFaultInEachOfItsRuns has several runs find it out, one shortly after the other: the first
// kills the browser, and those that look meanwhile find nothing stopped any more.
func TestAStoppedProcessIsTheBrowsersFaultInEachOfItsRuns(t *testing.T) {
	t.Parallel()
	const runs = 8
	z, d := newZoo(t), ownDriver(t, Options{})
	var all []*visitor
	for range runs {
		v := visitWith(t, d, z, "  - goto: ZOO/elsewhere.html\n  - goto: ZOO/frames.html")
		if err := v.step(secondsFive); err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	if err := syscall.Kill(all[0].s.tab.Lease.NetworkPID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var failing, judging sync.WaitGroup
	begin := make(chan struct{})
	failing.Add(runs)
	for i, v := range all {
		judging.Go(func() {
			f, ok := v.step(500 * time.Millisecond).(*probes.Failure)
			failing.Done()
			if !ok {
				t.Error("it did not fail")
				return
			}
			<-begin
			time.Sleep(time.Duration(i) * 2 * time.Millisecond) // each finds another moment of the first one's work
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			if f = v.s.Diagnose(ctx, f); f.Reason != probes.BrowserFault {
				t.Errorf("run %d: it is put down to the page: %+v", i, f)
			}
		})
	}
	failing.Wait()
	close(begin)
	judging.Wait()
}
