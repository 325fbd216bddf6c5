package chrome

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/internal/turns"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

func TestMain(m *testing.M) {
	if os.Getenv("OUTRIDER_TEST_HOLD_BROWSER") != "" {
		holdBrowser()
	}
	turns.Take()
	leakcheck.Main(m)
}

func within(t testing.TB, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), d)
	t.Cleanup(cancel)
	return ctx
}

func supervisor(t testing.TB, o Options) *Supervisor {
	t.Helper()
	s := NewSupervisor(o)
	t.Cleanup(func() {
		if err := s.Close(within(t, 10*time.Second)); err != nil {
			t.Error(err)
		}
	})
	return s
}

func lease(t testing.TB, s *Supervisor) *Lease {
	t.Helper()
	l, err := s.Lease(within(t, 30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Release)
	return l
}

// statusField reads one field of /proc/PID/status.
func statusField(t testing.TB, pid int, name string) string {
	t.Helper()
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(rest)
		}
	}
	return ""
}

// renderers are the processes that run pages.
func renderers(t testing.TB, p *Process) []int {
	t.Helper()
	var found []int
	for _, pid := range p.processes() {
		line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		if strings.Contains(string(line), "--type=renderer") {
			found = append(found, pid)
		}
	}
	return found
}

func TestThePagesRunInTheSandbox(t *testing.T) {
	for _, path := range []string{"chromium-headless-shell", "chromium"} {
		t.Run(path, func(t *testing.T) {
			l := lease(t, supervisor(t, Options{ExecPath: path}))
			if os.Geteuid() == 0 && statusField(t, l.PID(), "Uid")[:2] == "0\t" {
				t.Error("the browser runs as root")
			}
			line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(l.PID()), "cmdline"))
			if strings.Contains(string(line), "no-sandbox") || strings.Contains(string(line), "remote-debugging-port") {
				t.Errorf("the command line is %q", line)
			}
			if _, err := cdp.Call(within(t, 10*time.Second), l.Root, target.CreateTarget, target.CreateTargetParams{URL: "about:blank"}); err != nil {
				t.Fatal(err)
			}
			pids := renderers(t, l.Process)
			for end := time.Now().Add(5 * time.Second); len(pids) == 0 && time.Now().Before(end); pids = renderers(t, l.Process) {
				time.Sleep(10 * time.Millisecond)
			}
			if len(pids) == 0 {
				t.Fatal("no page runs")
			}
			for _, pid := range pids {
				got := statusField(t, pid, "Seccomp")
				for end := time.Now().Add(5 * time.Second); got != "2" && time.Now().Before(end); got = statusField(t, pid, "Seccomp") {
					time.Sleep(10 * time.Millisecond) // it is just being born
				}
				if got != "2" {
					t.Errorf("the system calls of a page are not filtered: Seccomp is %s", got)
				}
				if spaces := strings.Fields(statusField(t, pid, "NSpid")); len(spaces) < 2 {
					t.Errorf("a page has no process name space of its own: NSpid is %v", spaces)
				}
				if got := statusField(t, pid, "NoNewPrivs"); got != "1" {
					t.Errorf("a page may gain privileges: NoNewPrivs is %s", got)
				}
			}
		})
	}
}

func TestTheBrowserSeesNothingOfOurEnvironment(t *testing.T) {
	t.Setenv("TEST_CARD", "4242424242424242")
	l := lease(t, supervisor(t, Options{}))
	for _, pid := range l.processes() {
		env, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
		if err != nil {
			continue // another user's process, when we are not root
		}
		if strings.Contains(string(env), "42424242") {
			t.Errorf("process %d has a secret in its environment", pid)
		}
	}
}

func TestFlagsThatOpenAPortOrTheSandboxAreRefused(t *testing.T) {
	for _, flag := range []string{
		"--remote-debugging-port=9222", "--remote-debugging-address=0.0.0.0", "--no-sandbox", "--user-data-dir=/tmp/x",
		"--single-process", "remote-debugging-port=0", "-no-sandbox",
	} {
		if err := (Options{Flags: []string{flag}}).Check(); err == nil {
			t.Errorf("%q was taken", flag)
		}
	}
	if err := (Options{Flags: []string{"--proxy-server=http://127.0.0.1:3128"}}).Check(); err != nil {
		t.Error(err)
	}
}

func TestAMissingBrowserIsExplained(t *testing.T) {
	_, err := Start(within(t, 5*time.Second), Options{ExecPath: "/nowhere/chromium"})
	var start *StartError
	if !errors.As(err, &start) || !strings.Contains(start.Hint, "apt-get install") {
		t.Fatalf("got %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err = Start(within(t, 5*time.Second), Options{}); !errors.Is(err, ErrNoBrowser) {
		t.Fatalf("got %v, want %v", err, ErrNoBrowser)
	}
}

func TestAProgramThatIsNoBrowserIsReportedAndLeavesNothing(t *testing.T) {
	_, err := Start(within(t, 10*time.Second), Options{ExecPath: "/bin/false"})
	var start *StartError
	if !errors.As(err, &start) {
		t.Fatalf("got %v", err)
	}
	_, err = Start(within(t, 10*time.Second), Options{ExecPath: "/bin/sleep", StartTimeout: 300 * time.Millisecond})
	if !errors.As(err, &start) {
		t.Fatalf("got %v", err)
	}
}

func TestAMachineWithoutASandboxIsExplained(t *testing.T) {
	program := filepath.Join(t.TempDir(), "chromium")
	_ = os.Chmod(filepath.Dir(program), 0o755)
	_ = os.Chmod(filepath.Dir(filepath.Dir(program)), 0o755)
	script := "#!/bin/sh\necho '[FATAL:zygote_host_impl_linux.cc] No usable sandbox! If you are running on Ubuntu 23.10+...' >&2\nexit 1\n"
	if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	_, err := Start(within(t, 10*time.Second), Options{ExecPath: program})
	var start *StartError
	if !errors.As(err, &start) || !strings.Contains(start.Message, "sandbox") || !strings.Contains(start.Hint, "no_sandbox") {
		t.Errorf("got %v", err)
	}
}

func TestARetiredBrowserServesItsUsersToTheEnd(t *testing.T) {
	s := supervisor(t, Options{})
	first := lease(t, s)
	first.Retire()
	if second := lease(t, s); second.PID() == first.PID() {
		t.Error("a retired browser was leased")
	}
	if err := first.Ping(within(t, 5*time.Second)); err != nil {
		t.Error(err)
	}
	first.Release()
	if err := first.Wait(within(t, 10*time.Second)); err != nil {
		t.Error(err)
	}
}

func TestADeadBrowserIsReplaced(t *testing.T) {
	var causes []string
	s := supervisor(t, Options{OnStart: func(cause string) { causes = append(causes, cause) }})
	l := lease(t, s)
	pid := l.PID()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.Lost():
	case <-time.After(5 * time.Second):
		t.Fatal("its death was not noticed")
	}
	var exit *exec.ExitError
	if err := l.Err(); !errors.Is(err, wire.ErrLost) || !errors.As(err, &exit) {
		t.Errorf("the error is %v", err)
	}
	if next := lease(t, s); next.PID() == pid {
		t.Error("the dead browser was leased again")
	}
	if got := strings.Join(causes, " "); got != "first crash" {
		t.Errorf("the causes of the starts are %q", got)
	}
}

func TestAFrozenBrowserIsKilledAndReplaced(t *testing.T) {
	var causes []string
	s := supervisor(t, Options{
		Heartbeat: 50 * time.Millisecond, HeartbeatTimeout: 500 * time.Millisecond,
		OnStart: func(cause string) { causes = append(causes, cause) },
	})
	l := lease(t, s)
	if err := syscall.Kill(l.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	select {
	case <-l.Lost():
	case <-time.After(5 * time.Second):
		t.Fatal("it was not noticed")
	}
	if err := l.Err(); !strings.Contains(err.Error(), "did not answer") {
		t.Errorf("the error is %v", err)
	}
	lease(t, s)
	if got := strings.Join(causes, " "); got != "first frozen" {
		t.Errorf("the causes of the starts are %q", got)
	}
}

func TestABrowserIsRecycledOnlyWhenNobodyUsesItAnyMore(t *testing.T) {
	var causes []string
	s := supervisor(t, Options{RecycleAfter: 2, OnStart: func(cause string) { causes = append(causes, cause) }})
	first, second := lease(t, s), lease(t, s)
	if first.PID() != second.PID() {
		t.Fatal("two browsers run")
	}
	third := lease(t, s)
	if third.PID() == first.PID() {
		t.Fatal("it was not recycled")
	}
	if err := first.Ping(within(t, 5*time.Second)); err != nil {
		t.Errorf("the old one was ended while in use: %v", err)
	}
	first.Release()
	first.Release() // once is enough
	if !second.Alive() {
		t.Error("the old one was ended while in use")
	}
	second.Release()
	if err := second.Wait(within(t, 10*time.Second)); err != nil {
		t.Error(err)
	}
	if got := strings.Join(causes, " "); got != "first recycle" {
		t.Errorf("the causes of the starts are %q", got)
	}
}

func TestMemoryIsThatOfAllProcesses(t *testing.T) {
	s := supervisor(t, Options{})
	if s.Memory() != 0 {
		t.Error("memory without a browser")
	}
	lease(t, s)
	if got := s.Memory(); got < 20<<20 {
		t.Errorf("the memory is %d bytes", got)
	}
}

func TestCloseEndsABrowserInUse(t *testing.T) {
	s := NewSupervisor(Options{})
	l := lease(t, s)
	home := l.profile.dir
	if err := s.Close(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	if l.Alive() || len(l.processes()) > 0 {
		t.Error("processes are left")
	}
	if _, err := os.Stat(home); !os.IsNotExist(err) {
		t.Error("the folder is left")
	}
	if _, err := s.Lease(within(t, time.Second)); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want %v", err, ErrClosed)
	}
	if err := s.Close(within(t, time.Second)); err != nil {
		t.Error(err)
	}
}

// holdBrowser starts a browser with a page, says where, and waits to be killed.
func holdBrowser() {
	p, err := Start(context.Background(), Options{})
	if err == nil {
		_, err = cdp.Call(context.Background(), p.Root, target.CreateTarget, target.CreateTargetParams{URL: "about:blank"})
	}
	if err != nil {
		os.Stdout.WriteString("error: " + err.Error() + "\n")
		os.Exit(1)
	}
	os.Stdout.WriteString(p.profile.dir + "\n")
	select {}
}

func TestAKilledMonitorLeavesNoProcessAndItsFolderIsSwept(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "OUTRIDER_TEST_HOLD_BROWSER=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 4096)
	n, err := out.Read(buf)
	dir := strings.TrimSpace(string(buf[:n]))
	if err != nil || !strings.Contains(dir, profilePattern) {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		t.Fatalf("the other process said %q, %v", dir, err)
	}
	if SweepProfiles(filepath.Dir(dir)); len(usersOf(dir)) == 0 {
		t.Error("the folder of a living monitor was swept")
	}
	browser := usersOf(dir)[0]
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	gone := time.Now().Add(time.Second)
	for len(groupOf(browser)) > 0 {
		if time.Now().After(gone) {
			t.Fatalf("a second after the kill %v still run", groupOf(browser))
		}
		time.Sleep(10 * time.Millisecond)
	}
	old := time.Now().Add(-time.Hour)
	_ = os.Chtimes(filepath.Join(dir, ownerFile), old, old)
	if swept := SweepProfiles(filepath.Dir(dir)); swept != 1 {
		t.Errorf("swept %d folders, want 1", swept)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Error("the folder is left")
	}
}

func TestWhatIsNotOursIsNotSwept(t *testing.T) {
	temp := t.TempDir()
	for _, name := range []string{"chromedp-runner1", "outrider-chrome-new", "other"} {
		if err := os.Mkdir(filepath.Join(temp, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if swept := SweepProfiles(temp); swept != 0 {
		t.Errorf("swept %d folders", swept)
	}
}

func TestATemporaryFolderWithTooLongANameIsNamed(t *testing.T) {
	for dir, hint := range map[string]string{"/tmp/short": "", "/tmp/" + strings.Repeat("long", 20): "TMPDIR is too long"} {
		p := &Process{cmd: &exec.Cmd{Path: "chromium"}, profile: &profile{dir: dir}}
		var e *StartError
		if err := p.startError(errors.New("EOF")); !errors.As(err, &e) || !strings.HasPrefix(e.Hint, hint) || hint == "" && e.Hint != "" {
			t.Errorf("%s: got %v, hint %q", dir, err, e.Hint)
		}
	}
}
