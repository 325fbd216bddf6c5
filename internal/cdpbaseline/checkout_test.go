package cdpbaseline

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/internal/turns"
)

func TestMain(m *testing.M) {
	turns.Take()
	os.Exit(m.Run())
}

// TestTheBaselineReallyBuysADinner keeps the baseline honest: it must do the same work as the journey.
func TestTheBaselineReallyBuysADinner(t *testing.T) {
	s, err := shop.New(shop.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Run(ctx) }()
	defer func() { stop(); <-served }()

	// The programs themselves: what lies in PATH are scripts that a signal would not pass.
	path, err := exec.LookPath("/usr/lib/chromium/chromium-headless-shell")
	if err != nil {
		if path, err = exec.LookPath("/usr/lib/chromium/chromium"); err != nil {
			t.Fatal("no browser is installed")
		}
	}
	args := []string{"--remote-debugging-pipe", "--headless", "--user-data-dir=" + t.TempDir()}
	if os.Geteuid() == 0 {
		args = append(args, "--no-sandbox")
	}
	cmd := exec.Command(path, append(args, "about:blank")...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	b, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	hung := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer hung.Stop()
	order, err := b.Checkout(s.URL(), s.PayURL(), "4242 4242 4242 4242")
	if err != nil || strings.TrimSpace(order) == "" {
		t.Fatalf("order %q, error %v", order, err)
	}
	t.Logf("order %s", order)
}
