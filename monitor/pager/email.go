package pager

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"os"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/paging/email"
)

// Email sends pages by e-mail.
type Email struct {
	Server, TLS        string
	AllowPlain         bool
	Username, Password secret.Source
	// CAFile holds those who may vouch for the server, PEM; zero: the system's.
	CAFile secret.Source
	From   *mail.Address
	To     []*mail.Address
	pos    document.Pos
}

func readEmail(r secret.Reader, m *document.Map) Spec {
	m.Need("server", "from", "to")
	e := &Email{Server: m.Text("server"), TLS: m.Enum("tls", email.StartTLS, email.TLS, email.None), AllowPlain: m.Bool("allow_plain"),
		Username: r.Maybe(m.Get("username")), Password: r.Source(m.Get("password")), From: readMailbox(r, m.Get("from"))}
	if file := r.Path(m.Text("ca_file")); file != "" {
		e.CAFile = secret.Source{File: file, Pos: m.Get("ca_file").Pos}
	}
	for _, n := range items(m.Get("to")) {
		e.To = append(e.To, readMailbox(r, n))
	}
	if n := m.Get("to"); n != nil && len(items(n)) == 0 {
		r.Problem(n, "want at least one address", "")
	}
	if n := m.Node(); n != nil {
		e.pos = n.Pos
	}
	e.checkServer(r, m)
	if e.Username.IsZero() != e.Password.IsZero() {
		r.Problem(m.Node(), "a password needs a username, and a username a password", "")
	}
	m.Done()
	return e
}

// checkServer refuses a way to the server that others can listen to, unless it is meant.
func (e *Email) checkServer(r secret.Reader, m *document.Map) {
	n := m.Get("server")
	if n == nil || n.Kind != document.Text {
		return
	}
	host, port, err := net.SplitHostPort(e.Server)
	if err != nil || host == "" || port == "" {
		r.Problem(n, fmt.Sprintf("want a server and its port, such as smtp.example.org:587, got %q", e.Server), "")
		return
	}
	if e.TLS == email.None && !e.AllowPlain && !email.Loopback(host) {
		r.Problem(m.Get("tls"), fmt.Sprintf("anybody on the way to %q could read and change the pages", host), "tls: starttls; or, if it is meant, allow_plain: true")
	}
}

// items are a list's nodes, or the one text that stands for a list.
func items(n *document.Node) []*document.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Text:
		return []*document.Node{n}
	}
	return n.Items
}

func readMailbox(r secret.Reader, n *document.Node) *mail.Address {
	text, ok := r.Text(n)
	if !ok {
		return nil
	}
	a, err := mail.ParseAddress(text)
	if err != nil {
		r.Problem(n, fmt.Sprintf("%q is no address", text), "such as ada@example.org, or Ada <ada@example.org>")
		return nil
	}
	return a
}

// Make implements [Spec].
func (e *Email) Make(v *secret.Values) (paging.Pager, error) {
	o := email.Options{Server: e.Server, TLS: e.TLS, AllowPlain: e.AllowPlain, Username: v.Get(e.Username), Password: v.Get(e.Password),
		From: e.From, To: e.To}
	if file := e.CAFile.File; file != "" {
		o.Roots = x509.NewCertPool()
		text, err := os.ReadFile(file)
		if err == nil && !o.Roots.AppendCertsFromPEM(text) {
			err = errors.New("ca_file has no certificate in it")
		}
		if err != nil {
			v.Wrong(e.CAFile, err)
		}
	}
	if err := v.Err(); err != nil {
		return nil, err
	}
	p, err := email.New(o)
	if err != nil {
		v.Wrong(secret.Plain("", e.pos), err)
		return nil, v.Err()
	}
	return p, nil
}
