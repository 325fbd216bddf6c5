package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

// ownDriver gives a browser of the test's own, which it may break.
func ownDriver(t *testing.T, o Options) *Driver {
	t.Helper()
	d, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := d.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return d
}

const waiting = "  - goto: ZOO/elsewhere.html\n  - see: Something that never comes"

// breakDuring breaks something while a step waits, and gives the step's failure and how long it took to come.
func breakDuring(t *testing.T, v *visitor, broken func()) (*probes.Failure, time.Duration) {
	t.Helper()
	if err := v.step(secondsFive); err != nil {
		t.Fatal(err)
	}
	failed := make(chan error, 1)
	go func() { failed <- v.step(20 * time.Second) }()
	// It is broken once the page answers us, as it does when it waits.
	if err := v.s.tab.AskOnce(t.Context(), v.s.tab.MainFrame, "title", nil, nil); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	broken()
	err := <-failed
	took := time.Since(begun)
	var f *probes.Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v", err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return v.s.Diagnose(ctx, f), took
}

func TestAKilledBrowserIsItsOwnFault(t *testing.T) {
	t.Parallel()
	d := ownDriver(t, Options{})
	v := visitWith(t, d, newZoo(t), waiting)
	f, took := breakDuring(t, v, func() { _ = syscall.Kill(v.s.tab.Lease.PID(), syscall.SIGKILL) })
	if f.Reason != probes.BrowserFault || took > 5*time.Second {
		t.Errorf("after %v: %+v", took, f)
	}
	if e := v.evidence(); e.PageURL == "" {
		t.Error("what was known is not told")
	}
	// The next attempt gets a fresh browser.
	visitWith(t, d, newZoo(t), "  - goto: ZOO/elsewhere.html\n  - see: You are elsewhere").pass()
}

func TestAFrozenBrowserIsItsOwnFault(t *testing.T) {
	t.Parallel()
	d := ownDriver(t, Options{})
	v := visitWith(t, d, newZoo(t), waiting)
	f, took := breakDuring(t, v, func() { _ = syscall.Kill(v.s.tab.Lease.PID(), syscall.SIGSTOP) })
	if f.Reason != probes.BrowserFault || took > 5*time.Second {
		t.Errorf("after %v: %+v", took, f)
	}
	visitWith(t, d, newZoo(t), "  - goto: ZOO/elsewhere.html\n  - see: You are elsewhere").pass()
}

func TestAFrozenBrowserIsItsOwnFaultEvenIfTheStepEndsFirst(t *testing.T) {
	t.Parallel()
	d := ownDriver(t, Options{Heartbeat: time.Hour})
	v := visitWith(t, d, newZoo(t), waiting)
	if err := v.step(secondsFive); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(v.s.tab.Lease.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	f, ok := v.step(500 * time.Millisecond).(*probes.Failure)
	if !ok {
		t.Fatal("it did not fail")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if f = v.s.Diagnose(ctx, f); f.Reason != probes.BrowserFault {
		t.Errorf("got %+v", f)
	}
}

func TestADeadNetworkProcessIsTheBrowsersFault(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.misbehave(t)
	asked := make(chan struct{}, 1)
	z.mux.HandleFunc("/asked", func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})
	d := ownDriver(t, Options{})
	v := visitWith(t, d, z, "  - goto: ZOO/asked")
	var err error
	done := make(chan struct{})
	go func() { defer close(done); err = v.step(secondsFive) }()
	<-asked
	if kill := syscall.Kill(v.s.tab.Lease.NetworkPID(), syscall.SIGKILL); kill != nil {
		t.Fatal(kill)
	}
	<-done
	f, ok := err.(*probes.Failure)
	if !ok {
		t.Fatalf("got %v", err)
	}
	if f = v.s.Diagnose(t.Context(), f); f.Reason != probes.BrowserFault || !strings.Contains(f.Message, "network process died") {
		t.Errorf("got %+v", f)
	}
	visitWith(t, d, z, "  - goto: ZOO/elsewhere.html\n  - see: You are elsewhere").pass()
}

// TestAStoppedProcessIsTheBrowsersFault stops a process of a browser that goes on to answer for itself.
func TestAStoppedProcessIsTheBrowsersFault(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	for _, kind := range []string{"renderer", "network.mojom.NetworkService"} {
		t.Run(kind, func(t *testing.T) {
			d := ownDriver(t, Options{})
			v := visitWith(t, d, z, "  - goto: ZOO/elsewhere.html\n  - goto: ZOO/frames.html")
			if err := v.step(secondsFive); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("pkill", "-STOP", "-g", fmt.Sprint(v.s.tab.Lease.PID()), "-f", "type="+kind).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			f, ok := v.step(500 * time.Millisecond).(*probes.Failure)
			if !ok {
				t.Fatal("it did not fail")
			}
			if f = v.s.Diagnose(t.Context(), f); f.Reason != probes.BrowserFault || !strings.Contains(f.Message, kind) {
				t.Errorf("got %+v", f)
			}
			visitWith(t, d, z, "  - goto: ZOO/elsewhere.html\n  - see: You are elsewhere").pass()
		})
	}
}

func TestACrashedPageIsTheBrowsersFault(t *testing.T) {
	v := visit(t, newZoo(t), waiting)
	f, took := breakDuring(t, v, func() { v.s.tab.Line.Post("Page.crash", nil) })
	if f.Reason != probes.BrowserFault || !strings.Contains(f.Message, "crashed") || took > 5*time.Second {
		t.Errorf("after %v: %+v", took, f)
	}
	// Other pages of the same browser live on.
	visit(t, newZoo(t), "  - goto: ZOO/elsewhere.html\n  - see: You are elsewhere").pass()
}

func TestACrashedFrameIsTheBrowsersFault(t *testing.T) {
	t.Parallel()
	d := ownDriver(t, Options{Flags: []string{"--site-per-process"}})
	v := visitWith(t, d, newZoo(t), "  - goto: ZOO/frames.html\n  - see: {label: Card number, frame: {title: Other site}}\n  - see: Nothing")
	if err := v.step(secondsFive); err != nil {
		t.Fatal(err)
	}
	f, _ := breakDuring(t, v, func() {
		for _, s := range v.s.tab.Sessions()[1:] {
			s.Post("Page.crash", nil)
		}
	})
	if f.Reason != probes.BrowserFault {
		t.Errorf("got %+v", f)
	}
}

func TestAMissingBrowserIsTheMonitorsTrouble(t *testing.T) {
	t.Parallel()
	d := ownDriver(t, Options{ExecPath: "/nowhere/chromium"})
	_, err := d.Open(t.Context(), probes.SessionOptions{})
	var f *probes.Failure
	if !errors.As(err, &f) || f.Reason != probes.BrowserFault || !strings.Contains(f.Message, chrome.InstallHint) {
		t.Errorf("got %v", err)
	}
}

func TestTooLittleMemoryIsTheMonitorsTrouble(t *testing.T) {
	t.Parallel()
	d := ownDriver(t, Options{MinFree: 1 << 60})
	_, err := d.Open(t.Context(), probes.SessionOptions{})
	var f *probes.Failure
	if !errors.As(err, &f) || f.Reason != probes.Resources || !strings.Contains(f.Message, "MB are free") {
		t.Errorf("got %v", err)
	}
}

func TestAStoppedRunIsCancelled(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), waiting)
	v.step(secondsFive)
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	_, err := v.s.Do(ctx, probes.Call{Step: &v.j.Steps[1], Scope: v.scope})
	var f *probes.Failure
	if !errors.As(err, &f) || f.Reason != probes.Cancelled {
		t.Errorf("got %v", err)
	}
}
