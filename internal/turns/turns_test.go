package turns

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestMain plays another test binary where it is told the file: it says that it has the turn, and keeps it until its
// input ends.
func TestMain(m *testing.M) {
	if path := os.Getenv("TURN"); path != "" {
		if err := take(path); err != nil {
			panic(err)
		}
		os.Stdout.WriteString("mine\n")
		_, _ = io.Copy(io.Discard, os.Stdin)
		return
	}
	os.Exit(m.Run())
}

func TestATurnIsOneProcesssUntilItEndsHoweverItEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "turn")
	another := func() (*exec.Cmd, *bufio.Reader) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "TURN="+path)
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { in.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd, bufio.NewReader(out)
	}
	first, said := another()
	if _, err := said.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	_, heard := another()
	told := make(chan error, 1)
	go func() { _, err := heard.ReadString('\n'); told <- err }()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != syscall.EWOULDBLOCK {
		t.Errorf("the turn is free while a process has it: %v", err)
	}
	if len(told) > 0 {
		t.Error("two processes have the turn")
	}
	if err := first.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-told; err != nil {
		t.Errorf("the turn of a process that was killed is not the next one's: %v", err)
	}
}
