package program

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/paging"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// script makes a program of shell lines; $1 is a folder of its own.
func script(t *testing.T, lines string, env map[string]string) (p *Pager, dir string) {
	t.Helper()
	dir = t.TempDir()
	file := filepath.Join(dir, "page")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+lines), 0o700); err != nil {
		t.Fatal(err)
	}
	p, err := New(Options{Command: []string{file, dir, "$(touch " + dir + "/shell)"}, Env: env, Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return p, dir
}

func content(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAProgramGetsThePageAndNothingOfOurs(t *testing.T) {
	t.Setenv("OUTRIDER_SECRET", "hunter2")
	p, dir := script(t, `cat >"$1/page.json"; env >"$1/env"; pwd >"$1/pwd"; echo "$2" >"$1/arg"`, map[string]string{"TOKEN": "swordfish"})
	page := paging.Samples()[0].Page
	if err := p.Send(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	var got paging.Page
	if err := json.Unmarshal([]byte(content(t, dir, "page.json")), &got); err != nil || got.ID != page.ID {
		t.Errorf("it got %q, %v", got.ID, err)
	}
	env := content(t, dir, "env")
	if strings.Contains(env, "hunter2") || !strings.Contains(env, "TOKEN=swordfish\n") || !strings.Contains(env, "OUTRIDER_PAGE_ID="+page.ID+"\n") {
		t.Errorf("its environment:\n%s", env)
	}
	if n := strings.Count(env, "\n"); n > 12 {
		t.Errorf("%d variables:\n%s", n, env)
	}
	if content(t, dir, "pwd") != "/\n" || content(t, dir, "arg") != "$(touch "+dir+"/shell)\n" {
		t.Errorf("it ran in %q with %q", content(t, dir, "pwd"), content(t, dir, "arg"))
	}
	if _, err := os.Stat(filepath.Join(dir, "shell")); err == nil {
		t.Error("a shell has read the command")
	}
}

func TestExitCodesSayWhetherToTryAgain(t *testing.T) {
	for code, permanent := range map[int]bool{1: false, 2: false, 64: true, 65: true, 69: false, 75: false, 77: true, 78: true, 127: false} {
		p, _ := script(t, "exit "+strconv.Itoa(code), nil)
		err := p.Send(t.Context(), paging.Page{})
		if err == nil || paging.Permanent(err) != permanent || !strings.Contains(err.Error(), strconv.Itoa(code)) {
			t.Errorf("%d: %v, want permanent %v", code, err, permanent)
		}
	}
	p, _ := script(t, "kill -9 $$", nil)
	if err := p.Send(t.Context(), paging.Page{}); err == nil || paging.Permanent(err) {
		t.Errorf("killed: %v", err)
	}
	p, dir := script(t, "", nil)
	os.Remove(filepath.Join(dir, "page"))
	if err := p.Send(t.Context(), paging.Page{}); err == nil || paging.Permanent(err) {
		t.Errorf("a program that is gone: %v, want a temporary error", err)
	}
}

func TestAProgramThatHangsIsKilledWithAllItStarted(t *testing.T) {
	p, dir := script(t, `sleep 300 & echo $! >"$1/child.part"; mv "$1/child.part" "$1/child"; wait`, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		defer cancel()
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for range 4000 {
			if _, err := os.Stat(filepath.Join(dir, "child")); err == nil {
				return
			}
			<-tick.C
		}
	}()
	if err := p.Send(ctx, paging.Page{}); err == nil || paging.Permanent(err) || !strings.Contains(err.Error(), "was killed") {
		t.Errorf("got %v", err)
	}
	gone(t, content(t, dir, "child"))
}

func TestWhatAProgramLeavesRunningIsKilledAndDelaysNothing(t *testing.T) {
	p, dir := script(t, `sleep 300 & echo $! >"$1/child"`, nil)
	if err := p.Send(t.Context(), paging.Page{}); err != nil {
		t.Error(err)
	}
	gone(t, content(t, dir, "child"))
}

// gone waits until a process is no more, or only a zombie that somebody else has to reap.
func gone(t *testing.T, pid string) {
	t.Helper()
	pid = strings.TrimSpace(pid)
	n, _ := strconv.Atoi(pid)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for range 4000 {
		stat, _ := os.ReadFile("/proc/" + pid + "/stat")
		if syscall.Kill(n, 0) != nil || strings.Contains(string(stat), ") Z ") {
			return
		}
		<-tick.C
	}
	t.Errorf("process %d still runs", n)
}

func TestWhatAProgramSaysIsBoundedAndWithoutItsSecrets(t *testing.T) {
	env := map[string]string{"TOKEN": `sword"fish/ü`}
	p, _ := script(t, `
i=0; while [ $i -lt 1000 ]; do printf '%s ' "$TOKEN"; i=$((i+1)); done
printf '%s' "$TOKEN" | base64; printf '%s\n' 'sword%22fish%2F%C3%BC sword\"fish/ü' >&2; echo the end; exit 1`, env)
	err := p.Send(t.Context(), paging.Page{})
	if err == nil || !strings.HasSuffix(err.Error(), "the end") || len([]rune(err.Error())) > 600 {
		t.Errorf("got %v", err)
	}
	for _, part := range []string{"fish", "c3dvcmQi", "sword"} {
		if strings.Contains(err.Error(), part) {
			t.Errorf("the secret shows: %v", err)
		}
	}
}

func TestWhatIsNoProgramIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{nil, {"page.sh"}, {"./page.sh"}, {"/no/such/program"}, {file}, {filepath.Dir(file)}} {
		if _, err := New(Options{Command: command}); err == nil {
			t.Errorf("%q was taken", command)
		}
	}
}
