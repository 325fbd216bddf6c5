package chaos

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
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

	mu  sync.Mutex
	cmd *exec.Cmd
	log bytes.Buffer
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
	p.cmd = cmd
	return nil
}

// stop sends the signal and waits for the end of the process.
func (p *process) stop(sig syscall.Signal) error {
	p.mu.Lock()
	cmd := p.cmd
	p.mu.Unlock()
	if err := cmd.Process.Signal(sig); err != nil {
		return fmt.Errorf("the monitor ended by itself: %w", err)
	}
	err := cmd.Wait()
	if sig == syscall.SIGKILL {
		if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return nil
		}
		if cmd.ProcessState.ExitCode() == 2 && strings.Contains(p.tail(), "outrider: error: data folder: ") {
			return fmt.Errorf("%w: %w", errRefused, err)
		}
		return fmt.Errorf("the monitor ended by itself before it was killed: %w", err)
	}
	return err
}

// signal sends a signal that does not end the process.
func (p *process) signal(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Signal(sig)
}

func (p *process) pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd.Process.Pid
}

// tail gives the end of the monitor's log.
func (p *process) tail() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.log.Bytes()
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
