// Package orders holds what a journey says about its requests and dialogs: headers, credentials, made-up answers, replies.
//
// Its expressions are evaluated once, so that the goroutine that reads the wire can answer the browser at once: a stopped
// request and an open dialog hold up the page. It sends nothing. Its one rule: what is not ordered is not touched, and a
// journey that orders nothing stops no request.
package orders

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Reply is the answer to a dialog.
type Reply struct {
	Accept bool
	Text   string
}

// maxMock bounds the file of a mocked answer.
const maxMock = 10 << 20

// Orders are what a journey says about its requests and dialogs, its expressions evaluated: what the goroutine that
// reads the wire needs to answer the browser at once.
type Orders struct {
	dir            string // of the journey's file
	Dialogs        map[string]Reply
	Headers        []Header
	Login          bool
	User, Password string
	mocks          []mock
}

// mock is an answer in place of a server's, with the body as the protocol wants it.
type mock struct {
	url, method string
	status      int
	headers     []Header
	body        string
}

// Intercept reports whether requests must be stopped, all of them and all the time.
func (o *Orders) Intercept() bool {
	return o != nil && (o.Headers != nil || o.Login || len(o.mocks) > 0)
}

// New evaluates what a journey says. That a file of a made-up answer cannot be read is a fault of the monitor's.
func New(ctx context.Context, scope *journeys.Scope, j *journeys.Journey) (*Orders, error) {
	b := &j.Browser
	o := &Orders{dir: j.Dir, Dialogs: map[string]Reply{}}
	for kind, d := range b.Dialogs {
		text, err := d.Text.Text(ctx, scope)
		if err != nil {
			return nil, err
		}
		o.Dialogs[kind] = Reply{d.Accept, text}
	}
	var err error
	if o.Headers, err = headersOf(ctx, scope, b.Headers); err != nil {
		return nil, err
	}
	if a := b.Auth; a != nil {
		o.Login = true
		if o.User, err = a.Username.Text(ctx, scope); err != nil {
			return nil, err
		}
		if o.Password, err = a.Password.Text(ctx, scope); err != nil {
			return nil, err
		}
	}
	o.mocks, err = mocksOf(ctx, scope, j.Dir, b.Mock)
	return o, err
}

// Mocking are the orders with other answers made up.
func (o *Orders) Mocking(ctx context.Context, scope *journeys.Scope, mocks []journeys.Mock) (*Orders, error) {
	changed := *o
	var err error
	changed.mocks, err = mocksOf(ctx, scope, o.dir, mocks)
	return &changed, err
}

func headersOf(ctx context.Context, scope *journeys.Scope, pairs []journeys.Pair) ([]Header, error) {
	var all []Header
	for _, p := range pairs {
		value, err := p.Value.Text(ctx, scope)
		if err != nil {
			return nil, err
		}
		all = append(all, Header{p.Name, value})
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
	if kind != "" && !Names(m.headers, "content-type") {
		m.headers = append(m.headers, Header{"Content-Type", kind})
	}
	// A page of another origin may read what was made up for it.
	if !Names(m.headers, "access-control-allow-origin") {
		m.headers = append(m.headers, Header{"Access-Control-Allow-Origin", "*"})
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
