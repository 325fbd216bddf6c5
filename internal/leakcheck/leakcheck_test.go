package leakcheck

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// tidy leaves TMPDIR as it was.
func tidy(t *testing.T) { t.Setenv("TMPDIR", os.TempDir()) }

func TestTestsThatLeaveNothingPass(t *testing.T) {
	tidy(t)
	code, err := run(func() int {
		dir, err := os.MkdirTemp("", "x")
		if err != nil {
			t.Fatal(err)
		}
		if err := exec.Command("ls", dir).Run(); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		return 7
	}, current())
	if code != 7 || err != nil {
		t.Errorf("got code %d and %v, want the tests' own 7 and no leak", code, err)
	}
}

func TestAFileLeftBehindIsNamed(t *testing.T) {
	tidy(t)
	_, err := run(func() int {
		if err := os.WriteFile(filepath.Join(os.TempDir(), "profile"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		return 0
	}, current())
	if err == nil || !strings.Contains(err.Error(), "profile") {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

func TestAChildLeftBehindIsNamed(t *testing.T) {
	tidy(t)
	var child *exec.Cmd
	_, err := run(func() int {
		child = exec.Command("sleep", "60")
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		return 0
	}, current())
	defer func() { _ = child.Process.Kill(); _ = child.Wait() }()
	if err == nil || !strings.Contains(err.Error(), "sleep 60") {
		t.Errorf("got %v, want an error that names the child", err)
	}
}

func TestAnOrphanThatNamesTheFolderIsNamed(t *testing.T) {
	tidy(t)
	var pid string
	_, err := run(func() int {
		// The shell ends at once; what it started belongs to nobody.
		out, err := exec.Command("sh", "-c",
			`sh -c 'sleep 60; :' "$TMPDIR/profile" >/dev/null 2>&1 & echo $!`).Output()
		if err != nil {
			t.Fatal(err)
		}
		pid = strings.TrimSpace(string(out))
		return 0
	}, current())
	defer func() { _ = exec.Command("pkill", "-P", pid).Run(); _ = exec.Command("kill", pid).Run() }()
	if err == nil || !strings.Contains(err.Error(), pid+" sh -c") {
		t.Errorf("got %v, want an error that names the orphan %s", err, pid)
	}
}

func TestAGoroutineLeftBehindIsNamed(t *testing.T) {
	tidy(t)
	stop := make(chan struct{})
	defer close(stop)
	_, err := run(func() int {
		go func() { <-stop; time.Sleep(0) }()
		return 0
	}, current())
	if err == nil || !strings.Contains(err.Error(), "TestAGoroutineLeftBehindIsNamed") {
		t.Errorf("got %v, want an error that names the goroutine", err)
	}
}

func TestAParentIsReadBehindAnyName(t *testing.T) {
	if got := parent("12 (a) b (c)) S 345 12 12"); got != 345 {
		t.Errorf("got %d, want 345", got)
	}
	if got := parent("garbage"); got != 0 {
		t.Errorf("got %d, want 0", got)
	}
}

func current() goleak.Option { return goleak.IgnoreCurrent() }
