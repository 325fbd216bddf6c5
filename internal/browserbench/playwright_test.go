package browserbench

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// playwright drives Playwright in a Node process: one browser, a context for each run.
type playwright struct {
	cmd *exec.Cmd
	in  io.WriteCloser

	mu      sync.Mutex
	next    int
	waiting map[int]chan error
}

// withPlaywright reports whether Playwright can take part, and says why not.
func withPlaywright(t testing.TB) bool {
	t.Helper()
	if os.Getenv("PLAYWRIGHT_CORE") != "" {
		return true
	}
	t.Log("Playwright does not take part: PLAYWRIGHT_CORE does not name its package's folder (make bench-playwright installs it)")
	return false
}

func startPlaywright(t testing.TB, at addresses) *playwright {
	t.Helper()
	cmd := exec.Command("node", "playwright.mjs", program(t), at.Shop, card)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &playwright{cmd: cmd, in: in, waiting: map[int]chan error{}}
	ended := make(chan struct{})
	go func() { defer close(ended); r.hear(out) }()
	t.Cleanup(func() {
		in.Close()
		<-ended
		if err := cmd.Wait(); err != nil {
			t.Errorf("playwright.mjs: %v", err)
		}
	})
	return r
}

func (r *playwright) hear(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var answer struct {
			ID    int
			Error string
		}
		if json.Unmarshal(lines.Bytes(), &answer) != nil {
			continue
		}
		r.mu.Lock()
		done := r.waiting[answer.ID]
		delete(r.waiting, answer.ID)
		r.mu.Unlock()
		var err error
		if answer.Error != "" {
			err = errors.New(answer.Error)
		}
		if done != nil {
			done <- err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, done := range r.waiting {
		done <- errors.New("playwright.mjs ended")
	}
	r.waiting = nil
}

func (r *playwright) run() error {
	done := make(chan error, 1)
	r.mu.Lock()
	if r.waiting == nil {
		r.mu.Unlock()
		return errors.New("playwright.mjs ended")
	}
	r.next++
	r.waiting[r.next] = done
	err := json.NewEncoder(r.in).Encode(r.next)
	r.mu.Unlock()
	if err != nil {
		return err
	}
	return <-done
}

func (r *playwright) roots() []int { return []int{r.cmd.Process.Pid} }
func (r *playwright) driver() int  { return r.cmd.Process.Pid }
