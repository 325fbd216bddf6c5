package chaos

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"time"
)

// build compiles the real command once and gives its path.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "outrider")
	cmd := exec.Command("go", "build", "-o", bin, "../../cmd/outrider")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building the monitor: %v\n%s", err, out)
	}
	return bin
}

// process is the monitor under test: it is killed and started again for as long as the test asks.
type process struct {
	bin, config string
	env         []string
	// died hears of an end that nobody has asked for, and that a disk which takes nothing does not excuse.
	died func(error)

	mu  sync.Mutex
	log bytes.Buffer
	now *life
}

// life is from one start of the monitor to its end.
type life struct {
	cmd  *exec.Cmd
	over chan struct{}
	// from is where its log begins.
	from int
	// asked: it was sent a signal that ends it. diskless: it was without its disk for a while.
	asked, diskless bool
}

// errRefused says that the monitor did not start, because its folder could not be written: it is right to say so and to
// leave the rest to its supervisor, which starts it again.
var errRefused = errors.New("the monitor refused to start")

// start runs the monitor.
func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := exec.Command(p.bin, "serve", "-c", p.config)
	cmd.Env = append(os.Environ(), p.env...)
	out := &lockedWriter{mu: &p.mu, w: &p.log}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the monitor: %w", err)
	}
	p.now = &life{cmd: cmd, over: make(chan struct{}), from: p.log.Len()}
	go p.attend(p.now)
	return nil
}

// attend waits for the end of the monitor.
func (p *process) attend(l *life) {
	err := l.cmd.Wait()
	p.mu.Lock()
	excused := l.asked || l.diskless && p.refused(l)
	p.mu.Unlock()
	close(l.over)
	if !excused {
		p.died(fmt.Errorf("the monitor ended by itself: %w", cmp.Or(err, errors.New("exit status 0"))))
	}
}

// refused reports whether the monitor ended because of its data folder. Call it with mu held.
func (p *process) refused(l *life) bool {
	return l.cmd.ProcessState.ExitCode() == 2 && bytes.Contains(p.log.Bytes()[l.from:], []byte("outrider: error: data folder: "))
}

// stop sends the signal and waits for the end of the process.
func (p *process) stop(sig syscall.Signal) error {
	p.mu.Lock()
	l := p.now
	l.asked = true
	p.mu.Unlock()
	_ = l.cmd.Process.Signal(sig) // That there is none left is seen below.
	<-l.over
	p.mu.Lock()
	defer p.mu.Unlock()
	status, ok := l.cmd.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case sig == syscall.SIGKILL && ok && status.Signaled(), sig != syscall.SIGKILL && l.cmd.ProcessState.Success():
		return nil
	case l.diskless && p.refused(l):
		return errRefused
	}
	return fmt.Errorf("the monitor ended with %s and not by %s", l.cmd.ProcessState, sig)
}

// refuse starts the monitor where it cannot, and gives what it said.
func (p *process) refuse() (string, error) {
	if err := p.start(); err != nil {
		return "", err
	}
	p.mu.Lock()
	l := p.now
	l.diskless = true
	p.mu.Unlock()
	select {
	case <-l.over:
	case <-time.After(30 * time.Second):
		return "", errors.New("the monitor runs although its disk is read-only")
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.refused(l) {
		return "", fmt.Errorf("the monitor ended with %s on a read-only disk", l.cmd.ProcessState)
	}
	return string(p.log.Bytes()[l.from:]), nil
}

// withoutDisk says that the disk of the monitor that runs takes nothing now.
func (p *process) withoutDisk() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now.diskless = true
}

// signal sends a signal that does not end the process.
func (p *process) signal(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now.cmd.Process.Signal(sig)
}

func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now.cmd.Process.Pid
}

// tail gives the end of the monitor's log; where Go's runtime has ended it, what was said until then, and why, rather than
// the last of many stacks.
func (p *process) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.log.Bytes()
	if dying := regexp.MustCompile(`(?m)^(panic|fatal error|SIG[A-Z]+): `).FindIndex(b[p.now.from:]); dying != nil {
		b = b[:min(len(b), p.now.from+dying[0]+3000)]
	}
	return string(b[max(0, len(b)-6000):])
}

type lockedWriter struct {
	mu *sync.Mutex
	w  *bytes.Buffer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}
