package browser

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

// maxMock bounds the file of a mocked answer.
const maxMock = 10 << 20

// orders are what a journey says about its requests and dialogs, its expressions evaluated: what the goroutine that
// reads the wire needs to answer the browser at once.
type orders struct {
	dialogs        map[string]reply
	headers        []header
	login          bool
	user, password string
	mocks          []mock
}

// mock is an answer in place of a server's, with the body as the protocol wants it.
type mock struct {
	url, method string
	status      int
	headers     []header
	body        string
}

// intercept reports whether requests must be stopped, all of them and all the time.
func (o *orders) intercept() bool {
	return o != nil && (o.headers != nil || o.login || len(o.mocks) > 0)
}

// learnOrders evaluates what the journey says, before its first step.
func (s *session) learnOrders(ctx context.Context, scope *journeys.Scope) error {
	w := s.tab.window
	if w.orders.Load() != nil {
		return nil
	}
	b := &s.options.Journey.Browser
	o := &orders{dialogs: map[string]reply{}}
	for kind, d := range b.Dialogs {
		text, err := d.Text.Text(ctx, scope)
		if err != nil {
			return err
		}
		o.dialogs[kind] = reply{d.Accept, text}
	}
	var err error
	if o.headers, err = headersOf(ctx, scope, b.Headers); err != nil {
		return err
	}
	if a := b.Auth; a != nil {
		o.login = true
		if o.user, err = a.Username.Text(ctx, scope); err != nil {
			return err
		}
		if o.password, err = a.Password.Text(ctx, scope); err != nil {
			return err
		}
	}
	if o.mocks, err = mocksOf(ctx, scope, s.options.Journey.Dir, b.Mock); err != nil {
		return err
	}
	return s.order(ctx, o)
}

// remock gives the answers that hold from a step on.
func (s *session) remock(ctx context.Context, scope *journeys.Scope, mocks []journeys.Mock) error {
	if mocks == nil {
		return nil
	}
	changed := *s.tab.window.orders.Load()
	var err error
	if changed.mocks, err = mocksOf(ctx, scope, s.options.Journey.Dir, mocks); err != nil {
		return err
	}
	return s.order(ctx, &changed)
}

// order has all tabs follow the orders.
func (s *session) order(ctx context.Context, o *orders) error {
	w := s.tab.window
	before := w.orders.Swap(o)
	if o.intercept() == before.intercept() {
		return nil
	}
	for _, t := range w.tabs() {
		for _, line := range t.Sessions() {
			c := chrome.Say("Fetch.disable", nil)
			if o.intercept() {
				c = stopAll()
			}
			if err := line.Call(ctx, c.Method, c.Params, nil); err != nil && line == s.tab.Line {
				return err
			}
		}
		t.Lock()
		t.marking = o.intercept()
		t.Unlock()
	}
	return nil
}

func headersOf(ctx context.Context, scope *journeys.Scope, pairs []journeys.Pair) ([]header, error) {
	var all []header
	for _, p := range pairs {
		value, err := p.Value.Text(ctx, scope)
		if err != nil {
			return nil, err
		}
		all = append(all, header{p.Name, value})
	}
	return all, nil
}

func mocksOf(ctx context.Context, scope *journeys.Scope, dir string, list []journeys.Mock) ([]mock, error) {
	var all []mock
	for i := range list {
		m, err := mockOf(ctx, scope, dir, &list[i])
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

func mockOf(ctx context.Context, scope *journeys.Scope, dir string, j *journeys.Mock) (m mock, err error) {
	m = mock{method: j.Method, status: j.Status}
	if m.url, err = j.URL.Text(ctx, scope); err != nil {
		return m, err
	}
	if m.headers, err = headersOf(ctx, scope, j.Headers); err != nil {
		return m, err
	}
	var body []byte
	kind := ""
	switch {
	case j.JSON != nil:
		value, err := j.JSON.JSON(ctx, scope)
		if err != nil {
			return m, err
		}
		if body, err = json.Marshal(value); err != nil {
			return m, err
		}
		kind = "application/json"
	case j.Body != nil:
		text, err := j.Body.Text(ctx, scope)
		if err != nil {
			return m, err
		}
		body, kind = []byte(text), "text/plain; charset=utf-8"
	case j.File != nil:
		if body, err = mockFile(ctx, scope, dir, j.File); err != nil {
			return m, err
		}
	}
	if kind != "" && !names(m.headers, "content-type") {
		m.headers = append(m.headers, header{"Content-Type", kind})
	}
	// A page of another origin may read what was made up for it.
	if !names(m.headers, "access-control-allow-origin") {
		m.headers = append(m.headers, header{"Access-Control-Allow-Origin", "*"})
	}
	m.body = base64.StdEncoding.EncodeToString(body)
	return m, nil
}

func mockFile(ctx context.Context, scope *journeys.Scope, dir string, name *journeys.Template) ([]byte, error) {
	path, err := name.Text(ctx, scope)
	if err != nil {
		return nil, err
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(dir, path)
	}
	info, err := os.Stat(path)
	if err == nil && info.Size() > maxMock {
		err = fmt.Errorf("it is larger than %d bytes", maxMock)
	}
	var body []byte
	if err == nil {
		body, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("the mocked answer of %s cannot be read: %v", path, err), Err: err}
	}
	return body, nil
}
