package chrome

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

// Process is one running browser.
type Process struct {
	// Root is the line to the browser itself: contexts, targets, cookies.
	Root *chromedp.Browser
	// Version and UserAgent are what the browser says of itself.
	Version, UserAgent string
	// Shell reports that it is the headless shell, whose windows are exactly as large as asked for.
	Shell bool

	wire    *wire.Pipe
	wired   chan struct{} // closed once cancel is set
	cmd     *exec.Cmd
	profile *profile
	output  tail
	cancel  context.CancelFunc
	reaped  chan struct{}
	exit    error

	network  network
	killOnce sync.Once
	cleaned  chan struct{}
}

// StartError says why a browser did not start, with a hint for the person who runs it.
type StartError struct {
	Message, Hint string
	Err           error
}

func (e *StartError) Error() string {
	s := e.Message
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *StartError) Unwrap() error { return e.Err }

// Start starts a browser and waits for its first answer, within ctx. The browser's life is not bound to ctx.
func Start(ctx context.Context, o Options) (*Process, error) {
	o = o.withDefaults()
	cmd, prof, err := prepare(o)
	if err != nil {
		return nil, err
	}
	p := &Process{Shell: programAt(cmd.Path).Shell, cmd: cmd, profile: prof, reaped: make(chan struct{}), wired: make(chan struct{}), cleaned: make(chan struct{})}
	if err := p.launch(); err != nil {
		_ = prof.remove()
		return nil, &StartError{Message: fmt.Sprintf("cannot start %q", cmd.Path), Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, o.StartTimeout)
	defer cancel()
	if err := p.greet(ctx); err != nil {
		p.Kill(err)
		<-p.cleaned
		return nil, p.startError(err)
	}
	return p, nil
}

// prepare makes the command line and the profile folder.
func prepare(o Options) (*exec.Cmd, *profile, error) {
	if err := o.Check(); err != nil {
		return nil, nil, &StartError{Message: "the browser's flags", Err: err}
	}
	prog, err := FindProgram(o.ExecPath)
	hint := InstallHint
	if o.Headed {
		if !hasDisplay() {
			return nil, nil, &StartError{Message: "cannot show the browser: there is no display", Hint: "leave --headed out where nobody can look at it"}
		}
		prog, err = findWindowed(o.ExecPath)
		hint = "apt-get install chromium"
	}
	if err != nil {
		return nil, nil, &StartError{Message: "cannot find the browser", Hint: hint, Err: err}
	}
	cred, err := credential(o)
	if err != nil {
		return nil, nil, &StartError{Message: "cannot start the browser", Hint: "name an existing user in browser.user", Err: err}
	}
	prof, err := newProfile(o.TempDir, cred)
	if err != nil {
		return nil, nil, &StartError{Message: "cannot start the browser", Hint: "the temporary folder must be writable", Err: err}
	}
	return command(prog, o, prof, cred), prof, nil
}

// CommandLine gives the command line that a browser is started with, unstarted, for measurements that want the
// same browser without us. The second value removes its profile folder.
func CommandLine(o Options) (*exec.Cmd, func() error, error) {
	cmd, prof, err := prepare(o.withDefaults())
	if err != nil {
		return nil, nil, err
	}
	return cmd, func() error {
		killAll(func() []int { return usersOf(prof.dir) })
		return prof.remove()
	}, nil
}

// launch starts the process with its pipes.
func (p *Process) launch() error {
	var files [4]*os.File // what the browser reads, what we write, what we read, what the browser writes
	closeAll := func() {
		for _, f := range files {
			if f != nil {
				f.Close()
			}
		}
	}
	var err error
	if files[0], files[1], err = os.Pipe(); err != nil {
		return err
	}
	if files[2], files[3], err = os.Pipe(); err != nil {
		closeAll()
		return err
	}
	if p.wire, err = wire.Open(files[2], files[1]); err != nil {
		closeAll()
		return err
	}
	p.cmd.ExtraFiles = []*os.File{files[0], files[3]} // descriptors 3 and 4, as Chromium wants them
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	p.cmd.WaitDelay = time.Second // a child that lingers holds the output open
	started := make(chan error)
	go p.run(started)
	if err := <-started; err != nil {
		closeAll()
		return err
	}
	files[0].Close()
	files[3].Close()
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	close(p.wired)
	quiet := func(string, ...any) {}
	p.Root, err = chromedp.NewBrowserTransport(ctx, p.wire, chromedp.WithBrowserLogf(quiet),
		chromedp.WithBrowserErrorf(quiet), chromedp.WithBrowserDebugf(nil))
	if err != nil {
		p.Kill(err)
		<-p.cleaned
	}
	return err
}

// run starts the process and reaps it, on one thread: the kernel sends the parent-death signal when the
// thread that started the child ends, not when the process does (go.dev/issue/27505).
func (p *Process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.exit = p.cmd.Wait()
	close(p.reaped)
	<-p.wired // a program that ends at once must not be buried while launch still lays its wire
	p.Kill(errors.New("it exited by itself"))
}

// greet waits for the first answer and keeps what it says. Nobody else knows the process yet.
func (p *Process) greet(ctx context.Context) error {
	v, err := cdp.Call(ctx, p.Root, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return err
	}
	p.Version, p.UserAgent = v.Product, v.UserAgent
	_, err = cdp.Call(ctx, p.Root, target.SetAutoAttach, wire.Openings())
	return err
}

// socketBelow is where Chromium makes its socket below its folder for temporary files, and maxSocket the longest name
// that Linux allows for one (unix(7)).
const (
	socketBelow = "/org.chromium.Chromium.XXXXXX/SingletonSocket"
	maxSocket   = 107
)

func (p *Process) startError(err error) error {
	out := p.output.String()
	e := &StartError{Message: fmt.Sprintf("%q did not start", p.cmd.Path), Err: err}
	switch {
	case strings.Contains(out, "No usable sandbox"), strings.Contains(out, "Failed to move to new namespace"):
		e.Message = "Chromium's sandbox cannot work on this machine"
		e.Hint = "allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, " +
			"kernel.apparmor_restrict_unprivileged_userns=0; in a container a seccomp profile that allows clone), " +
			"or give it up knowingly with browser.no_sandbox"
	case strings.Contains(out, "error while loading shared libraries"):
		e.Hint = "libraries are missing: " + InstallHint
	case !p.Shell && len(p.profile.temp()+socketBelow) > maxSocket:
		e.Hint = fmt.Sprintf("TMPDIR is too long for Chromium: the name of its socket, below %s, would have more than %d bytes", p.profile.temp(), maxSocket)
	}
	if line := lastLine(out); line != "" {
		e.Message += " (" + line + ")"
	}
	return e
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	line := strings.TrimSpace(lines[len(lines)-1])
	if len(line) > 300 {
		line = line[:300]
	}
	return line
}

// Alive reports whether the browser has not ended.
func (p *Process) Alive() bool {
	select {
	case <-p.wire.Lost:
		return false
	case <-p.reaped:
		return false
	default:
		return true
	}
}

// Lost is closed when the browser is gone.
func (p *Process) Lost() <-chan struct{} { return p.wire.Lost }

// PID is the process id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Memory is the memory of the browser and its children, in bytes.
func (p *Process) Memory() int64 { return memoryOf(p.processes()) }

// processes are the browser and its children: its group, and what has left the group but names its folder.
func (p *Process) processes() []int {
	pids := append(groupOf(p.PID()), usersOf(p.profile.dir)...)
	slices.Sort(pids)
	return slices.Compact(pids)
}

// Ping asks for a sign of life.
func (p *Process) Ping(ctx context.Context) error {
	_, err := cdp.Call(ctx, p.Root, browser.GetVersion, cdp.Empty{})
	return err
}

// Err says how the browser ended, as far as is known. An *exec.ExitError is in it when the process died.
func (p *Process) Err() error {
	select {
	case <-p.reaped:
	case <-time.After(time.Second):
	}
	select {
	case <-p.reaped:
		if p.exit != nil {
			return fmt.Errorf("%w (%w)", p.wire.Err(), p.exit)
		}
	default:
	}
	return p.wire.Err()
}

// Kill ends the browser at once, with all its children, and removes its folder; it returns before that is
// done, see [Process.Wait]. Its profile holds nothing worth saving.
func (p *Process) Kill(cause error) {
	p.killOnce.Do(func() {
		if p.wire != nil {
			p.wire.Lose(cause)
		}
		go func() {
			defer close(p.cleaned)
			p.killGroup()
			if p.cancel != nil {
				p.cancel()
			}
			if p.wire != nil {
				p.wire.Close()
			}
			<-p.reaped
			killAll(p.processes)
			_ = p.profile.remove()
		}()
	})
}

func (p *Process) killGroup() {
	if p.cmd.Process != nil {
		_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
		_ = p.cmd.Process.Kill()
	}
}

// Wait waits until the process, its children and its folder are gone.
func (p *Process) Wait(ctx context.Context) error {
	select {
	case <-p.cleaned:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for the browser to end: %w", ctx.Err())
	}
}

// tail keeps the end of what the browser printed.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if over := len(t.buf) - 16<<10; over > 0 {
		t.buf = append(t.buf[:0], t.buf[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
