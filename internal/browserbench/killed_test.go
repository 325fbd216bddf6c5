package browserbench

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

const (
	// riding is the variable that makes of the test binary a monitor that makes runs until it is killed.
	riding = "OUTRIDER_BENCH_RIDER"
	// orphanTime is how long after a kill -9 of the monitor a browser's process may still be there.
	orphanTime = 5 * time.Second
)

// rideOn makes runs, [soakWorkers] at a time, and writes a line for each that passes.
func rideOn() error {
	d, err := browser.New(browser.Options{})
	if err != nil {
		return err
	}
	r, err := newOutrider(d, addresses{Shop: os.Getenv(riding)})
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for range soakWorkers {
		all.Go(func() {
			for {
				if res := r.result(); res.Outcome == probes.Passed {
					fmt.Println("passed")
				}
			}
		})
	}
	all.Wait()
	return nil
}

// BenchmarkKilledMonitor kills monitors in the middle of their runs. Soon after each no process of its browsers may be
// left, and the next start must remove its folders.
func BenchmarkKilledMonitor(b *testing.B) {
	at := startShop(b)
	dir := b.TempDir()
	for d := dir; d != os.TempDir(); d = filepath.Dir(d) { // the browser's user must pass through
		if err := os.Chmod(d, 0o711); err != nil {
			b.Fatal(err)
		}
	}
	var gone []time.Duration
	folders := 0
	kills := max(soakRuns(b)/50, 2)
	for i := range kills {
		killMonitor(b, at, dir)
		begun := time.Now()
		for len(strangers(dir)) > 0 {
			if time.Since(begun) > orphanTime {
				b.Fatalf("after the kill the processes %v are left", strangers(dir))
			}
			time.Sleep(5 * time.Millisecond)
		}
		gone = append(gone, time.Since(begun))
		folders += len(profiles(b, dir))
		time.Sleep(time.Second) // a folder that has just been made is nobody's to sweep
		swept := chrome.SweepProfiles(dir)
		if left := profiles(b, dir); len(left) > 0 {
			b.Fatalf("the next start swept %d folders and left %q", swept, left)
		}
		say(b, "kill %d of %d: gone after %v, %d folders swept", i+1, kills, gone[i].Round(time.Millisecond), swept)
	}
	if folders == 0 {
		b.Error("no killed monitor left a folder: nothing was tried")
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(kills), "kills")
	b.ReportMetric(float64(median(gone))/float64(time.Millisecond), "gone-ms-median")
	b.ReportMetric(float64(percentile(gone, 100))/float64(time.Millisecond), "gone-ms-max")
}

// killMonitor starts a monitor whose browsers live in a folder, and kills it after a few of its runs.
func killMonitor(b *testing.B, at addresses, dir string) {
	b.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), riding+"="+at.Shop, "TMPDIR="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	context.AfterFunc(ctx, func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	for range 1 + rand.IntN(2*soakWorkers) {
		if !lines.Scan() {
			b.Error("the monitor ended before it was killed")
			break
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
}
