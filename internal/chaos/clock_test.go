package chaos

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is the monitor's wall clock, as far as the test sets it; the zero clock cannot be set.
type clock struct {
	file string

	mu sync.Mutex
	// offsets are all that it was ever ahead by.
	offsets []time.Duration
}

// set makes the monitor's clock differ from ours, and reports whether it can.
func (c *clock) set(ahead time.Duration) bool {
	if c.file == "" {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offsets = append(c.offsets, ahead)
	next := c.file + ".next" // Never half a number.
	if err := os.WriteFile(next, []byte(strconv.Itoa(int(ahead/time.Second))), 0o600); err != nil {
		return false
	}
	return os.Rename(next, c.file) == nil
}

// possible are the moments that a time from the monitor may have been.
func (c *clock) possible(at time.Time) []time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := []time.Time{at}
	for _, ahead := range c.offsets {
		all = append(all, at.Add(-ahead))
	}
	return all
}

// The monitor is built with a package time whose wall clock, and nothing else, is off by a number of seconds that a
// goroutine of ours reads from a file. To set the clock of the machine would disturb everybody on it.
const (
	stepVariable = "OUTRIDER_CHAOS_CLOCK"
	timeAddition = "package time\n\nimport \"sync/atomic\"\n\n// ChaosStep is how far the wall clock is off, in seconds.\nvar ChaosStep atomic.Int64\n"
	mainAddition = `package main

import (
	"os"
	"strconv"
	"time"
)

func init() {
	read := func() {
		text, _ := os.ReadFile(os.Getenv("` + stepVariable + `"))
		if n, err := strconv.ParseInt(string(text), 10, 64); err == nil {
			time.ChaosStep.Store(n)
		}
	}
	read()
	go func() {
		for {
			time.Sleep(20 * time.Millisecond)
			read()
		}
	}()
}
`
)

// buildWithClock compiles the real command with a clock that can be set.
func buildWithClock(t *testing.T) (bin string, c *clock) {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	const reads = "	sec, nsec, mono := runtimeNow()\n	if mono == 0 {"
	if strings.Count(string(text), reads) < 1 {
		t.Fatalf("%s reads the clock in another way now; look at Now there and say here how", source)
	}
	at := strings.Index(string(text), "func Now() Time {")
	head, now := string(text)[:at], string(text)[at:]
	now = strings.Replace(now, reads, strings.Replace(reads, "\n", "\n	sec += ChaosStep.Load()\n", 1), 1)
	command, err := filepath.Abs("../../cmd/outrider")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replaced := map[string]string{}
	for path, content := range map[string]string{
		source: head + now, filepath.Join(filepath.Dir(source), "chaos.go"): timeAddition, filepath.Join(command, "chaos.go"): mainAddition,
	} {
		file := filepath.Join(dir, strconv.Itoa(len(replaced))+".go")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		replaced[path] = file
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		t.Fatal(err)
	}
	bin = filepath.Join(dir, "outrider")
	cmd := exec.Command("go", "build", "-overlay", file, "-o", bin, "../../cmd/outrider")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the monitor with a clock that can be set: %v\n%s", err, out)
	}
	return bin, &clock{file: filepath.Join(dir, "clock")}
}
