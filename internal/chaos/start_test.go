package chaos

import (
	"bytes"
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestAStartOnADiskThatTakesNothingSaysWhatIsWrongInWords starts the real command on a real disk that is full, or that
// is read-only, with a history on it and without one.
func TestAStartOnADiskThatTakesNothingSaysWhatIsWrongInWords(t *testing.T) {
	hook := httptest.NewServer(nil)
	defer hook.Close()
	config := write(t, hook.URL, hook.URL, []string{"order"})
	data := filepath.Join(filepath.Dir(config), "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		t.Fatal(err)
	}
	d := newDisk(t, data, 128)
	bin := build(t)
	serve := func() (string, int) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), bin, "serve", "-c", config)
		cmd.Env = append(os.Environ(), "SHOP_URL="+hook.URL, "HOOK_SECRET="+secret)
		cmd.WaitDelay = 10 * time.Second
		log := &started{running: make(chan struct{})}
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		over := make(chan struct{})
		go func() { _ = cmd.Wait(); close(over) }()
		select {
		case <-over:
		case <-log.running:
			_ = cmd.Process.Signal(syscall.SIGTERM)
			<-over
		case <-time.After(time.Minute):
			_ = cmd.Process.Kill()
			<-over
			t.Fatalf("it neither starts nor ends\n%s", log.text())
		}
		return log.text(), cmd.ProcessState.ExitCode()
	}
	refused := func(what, blame, advice string) {
		t.Helper()
		said, code := serve()
		if code != 2 || !strings.Contains(said, `outrider: error: data folder: "`+data+`": `+blame) || !strings.Contains(said, "outrider: hint: "+advice) {
			t.Errorf("%s: exit code %d, %s\nwant %q and %q", what, code, said, blame, advice)
		}
		if strings.Contains(said, "I/O error") {
			t.Errorf("%s: what SQLite says tells nobody anything: %s", what, said)
		}
	}
	full, room := "the disk is full: ", "nothing was lost: make room and start again. df -h "+data+" "
	readOnly, dmesg := "the disk ("+data+", "+d.kind(), "mount it so that it can be written and start again"

	filler := filepath.Join(data, "filler")
	fill(t, filler)
	refused("full, and nothing of ours there", full, room)
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if said, code := serve(); code != 0 {
		t.Fatalf("with room again: exit code %d, %s", code, said)
	}
	fill(t, filler)
	said, code := serve()
	if code != 0 || !strings.Contains(said, "the disk is full; the history lives on its reserve now") {
		t.Errorf("full, with the reserve: exit code %d, %s", code, said)
	}
	fill(t, filepath.Join(data, "filler2"))
	refused("full, without the reserve", full, room)

	if err := d.set(true); err != nil {
		t.Fatal(err)
	}
	refused("mounted read-only", readOnly, dmesg)
	if err := d.set(false); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(d.fail(), d.stopped()); err != nil {
		t.Fatal(err)
	}
	refused("found damaged", readOnly, dmesg)
	if err := d.mend(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"filler", "filler2"} {
		if err := os.Remove(filepath.Join(data, name)); err != nil {
			t.Fatal(err)
		}
	}
	if said, code := serve(); code != 0 {
		t.Errorf("after it was mended: exit code %d, %s", code, said)
	}
}

// started is a log that tells when the monitor runs.
type started struct {
	mu      sync.Mutex
	log     bytes.Buffer
	running chan struct{}
	said    bool
}

func (s *started) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := s.log.Write(b)
	if !s.said && bytes.Contains(s.log.Bytes(), []byte("msg=started")) {
		s.said = true
		close(s.running)
	}
	return n, err
}

func (s *started) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}
