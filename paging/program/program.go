// Package program sends pages by running a program: for whatever has no pager of its own.
//
// The program gets the page on its standard input, as JSON, and says by its exit code what became of it. It is run as it
// is, without a shell, with nothing of our environment: no page can add a word to its command, and no secret of ours is in it.
package program

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes/redact"
)

const (
	defaultTimeout = 10 * time.Second
	// afterDeath is how long we wait for the output of what a program has left running.
	afterDeath = 500 * time.Millisecond
	// mostSaid bounds what a program may say in a log.
	mostSaid = 500
)

// Options say what is run.
type Options struct {
	// Command is the program's absolute path and its arguments.
	Command []string
	// Env are secrets and settings of the program, by name. Their values are never shown.
	Env map[string]string
	// Timeout ends the program, and all that it has started. Zero: 10s.
	Timeout time.Duration
}

// Pager runs the program once for each page.
type Pager struct {
	o    Options
	hide *redact.Redactor
	// longest is how many bytes a secret may take at most.
	longest int
}

// New makes a program pager.
func New(o Options) (*Pager, error) {
	if len(o.Command) == 0 || !filepath.IsAbs(o.Command[0]) {
		return nil, errors.New("exec: command: want the absolute path of a program, and its arguments")
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if info, err := os.Stat(o.Command[0]); err != nil {
		return nil, fmt.Errorf("exec: command: %w", err)
	} else if info.IsDir() || info.Mode()&0o111 == 0 {
		return nil, fmt.Errorf("exec: command: %s is no program", o.Command[0])
	}
	p := &Pager{o: o, hide: redact.New(nil)}
	for name, value := range o.Env {
		p.hide.Add(name, value)
	}
	for _, form := range p.hide.Sought() {
		p.longest = max(p.longest, len(form))
	}
	return p, nil
}

// Send implements [paging.Pager].
func (p *Pager) Send(ctx context.Context, page paging.Page) error {
	text, err := json.Marshal(page)
	if err != nil {
		return &paging.SendError{Permanent: true, Err: fmt.Errorf("encoding the page: %w", err)}
	}
	ctx, cancel := context.WithTimeout(ctx, p.o.Timeout)
	defer cancel()
	said := &tail{}
	cmd := exec.CommandContext(ctx, p.o.Command[0], p.o.Command[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdin = "/", p.environment(page), bytes.NewReader(text)
	cmd.Stdout, cmd.Stderr = said, said
	// All that it starts is in its group, and ends with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = afterDeath
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the program: %w", err)
	}
	err = cmd.Wait()
	_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	return p.verdict(ctx, err, said)
}

// verdict says what an exit means.
func (p *Pager) verdict(ctx context.Context, err error, said *tail) error {
	if err == nil || errors.Is(err, exec.ErrWaitDelay) { // It has ended well; what it left running has not.
		return nil
	}
	e := &paging.SendError{Err: err}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		e.Err = fmt.Errorf("the program did not end in time and was killed: %w", ctx.Err())
	case errors.As(err, &exit) && exit.Exited():
		e.Err = fmt.Errorf("the program ended with code %d", exit.ExitCode())
		e.Permanent = refuses(exit.ExitCode())
	}
	if words := p.redacted(said); words != "" {
		e.Err = fmt.Errorf("%w: %s", e.Err, words)
	}
	return e
}

// refuses: these codes of sysexits.h say that another try cannot help: wrong usage, wrong data, no permission, wrong
// configuration. All others, 75 (EX_TEMPFAIL) among them, are tried again.
func refuses(code int) bool { return slices.Contains([]int{64, 65, 77, 78}, code) }

// environment is what the program sees, and nothing else.
func (p *Pager) environment(page paging.Page) []string {
	env := map[string]string{
		"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
		"OUTRIDER_EVENT": page.Event, "OUTRIDER_PAGE_ID": page.ID, "OUTRIDER_DEDUP_KEY": page.DedupKey, "OUTRIDER_SEVERITY": page.Incident.Severity,
	}
	maps.Copy(env, p.o.Env)
	var list []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, name+"="+strings.ReplaceAll(env[name], "\x00", ""))
	}
	return list
}

// redacted is the end of what the program said, without its secrets.
func (p *Pager) redacted(said *tail) string {
	text := p.hide.Excerpt(string(said.kept), math.MaxInt)
	if said.cut { // The beginning may be half a secret, in whatever way it is written.
		text = text[min(len(text), p.longest):]
	}
	text = paging.OneLine(text)
	if runes := []rune(text); len(runes) > mostSaid {
		text = "…" + string(runes[len(runes)-mostSaid:])
	}
	return text
}

// tail keeps the end of what is written to it.
type tail struct {
	kept []byte
	cut  bool
}

const mostTail = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - mostTail; over > 0 {
		t.kept, t.cut = append([]byte{}, t.kept[over:]...), true
	}
	return len(p), nil
}
