package email

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"github.com/outrider-monitor/outrider/paging"
	"github.com/outrider-monitor/outrider/probes/redact"
)

// How the way to the server is protected.
const (
	// StartTLS begins in the clear and goes on only under TLS: port 587, mostly.
	StartTLS = "starttls"
	// TLS is TLS from the first byte: port 465, mostly.
	TLS = "tls"
	// None is for a server on this machine, or where Options.AllowPlain says that it is meant.
	None = "none"
)

// Options say which server takes the mail, from whom and for whom.
type Options struct {
	// Server is host:port.
	Server string
	// TLS is StartTLS, TLS or None; empty: StartTLS.
	TLS string
	// AllowPlain allows None to other machines, and the password with it.
	AllowPlain bool
	// Roots are who may vouch for the server; nil: the system's.
	Roots *x509.CertPool
	// Username and Password may be empty: then nobody signs in.
	Username, Password string
	From               *mail.Address
	To                 []*mail.Address
}

// Pager sends each page as one message to all recipients.
type Pager struct {
	o      Options
	host   string
	secret *redact.Redactor

	taken taken
}

// New makes an e-mail pager. Errors do not quote the password.
func New(o Options) (*Pager, error) {
	host, _, err := net.SplitHostPort(o.Server)
	if err != nil || host == "" {
		return nil, fmt.Errorf("email: server: want host:port, got %q", o.Server)
	}
	if o.TLS == "" {
		o.TLS = StartTLS
	}
	if o.TLS == None && !o.AllowPlain && !Loopback(host) {
		return nil, errors.New("email: tls: none is for a server on this machine, unless it is allowed")
	}
	if o.From == nil || len(o.To) == 0 {
		return nil, errors.New("email: want from, and at least one to")
	}
	p := &Pager{o: o, host: host, secret: redact.New(nil), taken: taken{by: map[string]map[string]bool{}}}
	p.secret.Add("password", o.Password)
	return p, nil
}

// Loopback reports whether a host is this machine.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// SendNoting implements [paging.Noter]: whoever has a page does not get it again because others have not, over a restart too.
func (p *Pager) SendNoting(ctx context.Context, page paging.Page, known paging.Notes) (note string, err error) {
	p.taken.learn(page.ID, known.Delivery)
	err = p.Send(ctx, page)
	return p.taken.note(page.ID), err
}

// Send implements [paging.Pager]. A page that some recipients take and others do not is tried again for these alone; if they
// are refused for good, so is the page.
func (p *Pager) Send(ctx context.Context, page paging.Page) error {
	text, err := p.message(page)
	if err != nil {
		return &paging.SendError{Permanent: true, Err: fmt.Errorf("making the message: %w", err)}
	}
	c, hangUp, err := p.connect(ctx)
	if err != nil {
		return p.verdict(err)
	}
	defer hangUp()
	if err := c.Mail(p.o.From.Address); err != nil {
		return p.verdict(fmt.Errorf("the sender: %w", err))
	}
	var took []string
	var refused []error
	for _, to := range p.o.To {
		if p.taken.has(page.ID, to.Address) {
			continue
		}
		if err := c.Rcpt(to.Address); err != nil {
			refused = append(refused, fmt.Errorf("%s: %w", to.Address, err))
			continue
		}
		took = append(took, to.Address)
	}
	if len(took) > 0 {
		if err := deliver(c, text); err != nil {
			return p.verdict(err)
		}
		_ = c.Quit()
	}
	return p.settle(page.ID, took, refused)
}

// deliver sends the message to the recipients that were named.
func deliver(c *smtp.Client, text []byte) error {
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(text); err != nil {
		return err
	}
	return w.Close()
}

// connect signs in at the server. Nothing of a page or a password is said before TLS, unless None is chosen.
func (p *Pager) connect(ctx context.Context) (c *smtp.Client, hangUp func(), err error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.o.Server)
	if err != nil {
		return nil, nil, err
	}
	if at, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(at)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	hangUp = func() { stop(); conn.Close() }
	if c, err = p.greet(conn); err != nil {
		hangUp()
		return nil, nil, err
	}
	return c, hangUp, nil
}

func (p *Pager) greet(conn net.Conn) (*smtp.Client, error) {
	config := &tls.Config{ServerName: p.host, RootCAs: p.o.Roots, MinVersion: tls.VersionTLS12}
	if p.o.TLS == TLS {
		secured := tls.Client(conn, config)
		if err := secured.Handshake(); err != nil {
			return nil, fmt.Errorf("TLS: %w", err)
		}
		conn = secured
	}
	c, err := smtp.NewClient(conn, p.host)
	if err != nil {
		return nil, fmt.Errorf("the greeting: %w", err)
	}
	if err := c.Hello("outrider"); err != nil {
		return nil, fmt.Errorf("the greeting: %w", err)
	}
	if p.o.TLS == StartTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return nil, errors.New("the server offers no STARTTLS")
		}
		if err := c.StartTLS(config); err != nil {
			return nil, fmt.Errorf("STARTTLS: %w", err)
		}
	}
	if p.o.Username == "" {
		return c, nil
	}
	auth, err := p.auth(c)
	if err != nil {
		return nil, err
	}
	if err := c.Auth(auth); err != nil {
		return nil, fmt.Errorf("signing in: %w", err)
	}
	return c, nil
}

// auth chooses how to sign in, of what the server offers.
func (p *Pager) auth(c *smtp.Client) (smtp.Auth, error) {
	_, offered := c.Extension("AUTH")
	plain := p.o.TLS == None // New has allowed it.
	for _, name := range strings.Fields(strings.ToUpper(offered)) {
		switch name {
		case "SCRAM-SHA-256":
			return smtp.ScramSHA256Auth(p.o.Username, p.o.Password), nil
		case "PLAIN":
			return smtp.PlainAuth("", p.o.Username, p.o.Password, p.host, plain), nil
		case "LOGIN":
			return smtp.LoginAuth(p.o.Username, p.o.Password, p.host, plain), nil
		case "CRAM-MD5":
			return smtp.CRAMMD5Auth(p.o.Username, p.o.Password), nil
		}
	}
	return nil, &paging.SendError{Permanent: true, Err: fmt.Errorf("the server offers no way to sign in that we know, only %q", offered)}
}

// settle remembers who has the page, as long as some have not, and says what is to become of it.
func (p *Pager) settle(page string, took []string, refused []error) error {
	if len(refused) == 0 {
		p.taken.forget(page)
		return nil
	}
	p.taken.add(page, took)
	e := &paging.SendError{Permanent: true, Err: p.hide(errors.Join(refused...))}
	for _, err := range refused {
		e.Permanent = e.Permanent && permanent(err)
	}
	if p.taken.some(page) { // One full mailbox keeps no other page from anybody.
		e.Reached = true
		e.Err = fmt.Errorf("%w (the other recipients have it)", e.Err)
	}
	return e
}

// verdict says whether trying again can help.
func (p *Pager) verdict(err error) error {
	var already *paging.SendError
	if errors.As(err, &already) {
		return already
	}
	return &paging.SendError{Permanent: permanent(err), Err: p.hide(err)}
}

// permanent: the server was reached and has answered 5yz (RFC 5321, section 4.2.1).
func permanent(err error) bool {
	var reply *textproto.Error
	return errors.As(err, &reply) && reply.Code/100 == 5
}

// hide makes one line of an error and keeps the password out of it, if the server repeats it.
func (p *Pager) hide(err error) error {
	return errors.New(paging.Cut(p.secret.String(paging.OneLine(err.Error())), 500))
}
