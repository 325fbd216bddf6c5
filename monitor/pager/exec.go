package pager

import (
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/program"
)

// mostExec is less than the courier gives any pager.
const mostExec = 14 * time.Second

// Exec runs a program for each page.
type Exec struct {
	Command []string
	Env     map[string]secret.Source
	Timeout time.Duration
	pos     document.Pos
}

func readExec(r secret.Reader, m *document.Map) Spec {
	m.Need("command")
	e := &Exec{Command: m.Texts("command"), Env: map[string]secret.Source{}, Timeout: m.Duration("timeout")}
	if n := m.Get("command"); n != nil {
		e.pos = n.Pos
		if len(e.Command) == 0 {
			r.Problem(n, "want a program and its arguments", "[/usr/local/bin/page, --loud]")
		} else {
			e.Command[0] = r.Path(e.Command[0])
		}
	}
	for _, v := range m.Map("env").Entries() {
		e.Env[v.Key] = r.Maybe(v.Value)
	}
	if n := m.Get("timeout"); n != nil && e.Timeout > mostExec {
		r.Problem(n, "want "+mostExec.String()+" or less, got "+n.Value, "a page that takes longer is tried again: let the program hand it on")
	}
	m.Done()
	return e
}

// Make implements [Spec].
func (e *Exec) Make(v *secret.Values) (paging.Pager, error) {
	o := program.Options{Command: e.Command, Env: map[string]string{}, Timeout: e.Timeout}
	for name, source := range e.Env {
		o.Env[name] = v.Get(source)
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	p, err := program.New(o)
	if err != nil {
		v.Wrong(secret.Plain("", e.pos), err)
		return nil, v.Err()
	}
	return p, nil
}
