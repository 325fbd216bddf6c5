package netcall

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
	"github.com/outrider-monitor/outrider/probes/spans"
)

// maxHeard is how much of what was heard evidence shows.
const maxHeard = 4 << 10

// call is one step while it runs, and what came of it.
type call struct {
	session *Session
	step    *journeys.Step
	job     job
	begun   time.Time
	total   time.Duration
	trace   dial.Trace
	tls     *tls.ConnectionState
	expiry  time.Time
	// values are those of the verb alone.
	values map[string]any
	// heard is the text that came, for evidence; answered says that some did.
	heard    string
	answered bool
	trouble  string
	span     spans.ID
}

func newCall(s *Session, step *journeys.Step, j job) *call {
	c := &call{session: s, step: step, job: j, begun: time.Now(), values: map[string]any{}}
	c.trace.Start()
	if s.o.Trace != nil {
		c.span = spans.NewID()
	}
	return c
}

func (c *call) method() string { return strings.ToUpper(c.step.Action.Verb()) }

// uses reports whether an expectation of the step looks at a name, and so judges it itself.
func (c *call) uses(names ...string) bool {
	for i := range c.step.Expect {
		for _, name := range names {
			if c.step.Expect[i].Uses(name) {
				return true
			}
		}
	}
	return false
}

// connect opens a connection that ends with ctx, over a family of addresses if one is wanted.
func (c *call) connect(ctx context.Context, network, family, addr string) (net.Conn, error) {
	d := net.Dialer{KeepAlive: -1}
	conn, err := d.DialContext(ctx, network+family, addr)
	if err != nil {
		return nil, err
	}
	c.trace.Note(dial.HasConnection)
	c.trace.To(conn.RemoteAddr().String())
	return bound(ctx, conn), nil
}

// bound makes a connection's reads and writes end with ctx.
func bound(ctx context.Context, conn net.Conn) net.Conn {
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	return &boundConn{Conn: conn, stop: stop}
}

type boundConn struct {
	net.Conn
	stop func() bool
}

func (b *boundConn) Close() error {
	b.stop()
	return b.Conn.Close()
}

// shake begins TLS on a connection, and checks the certificate for the host unless the trust names another.
func (c *call) shake(ctx context.Context, conn net.Conn, host string, trust dial.Trust) (net.Conn, error) {
	config, err := trust.Config(c.session.o.Journey.Dir)
	if err != nil {
		return nil, err
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	c.trace.Begin(dial.Shaking)
	client := tls.Client(conn, config)
	if err := client.HandshakeContext(ctx); err != nil {
		return nil, &dial.HandshakeError{Err: err}
	}
	c.trace.Note(dial.Shook)
	c.secured(client.ConnectionState())
	return client, nil
}

func (c *call) secured(state tls.ConnectionState) {
	c.tls, c.expiry = &state, dial.EarliestExpiry(&state)
}

// hear keeps the beginning of what came.
func (c *call) hear(text string) {
	c.answered = true
	if room := maxHeard - len(c.heard); room > 0 {
		c.heard += text[:min(len(text), room)]
	}
}

// failed says why, in words.
func (c *call) failed(ctx context.Context, err error) error {
	host := c.job.target()
	if _, rest, ok := strings.Cut(host, "://"); ok {
		host, _, _ = strings.Cut(rest, "/")
	}
	name, _, splitErr := net.SplitHostPort(host)
	if splitErr != nil {
		name = host
	}
	a := dial.Attempt{
		Host: host, Name: name, Speaks: speaks(c.step.Action.Verb()), Trace: &c.trace, Begun: c.begun, Answered: c.answered, Size: int64(len(c.heard)),
	}
	f := a.Explain(ctx, err)
	if f == nil {
		c.trouble = "cancelled"
		return ctx.Err()
	}
	if !a.Expiry.IsZero() {
		c.expiry = a.Expiry
	}
	c.trouble = f.Message
	return f
}

func speaks(verb string) string {
	switch verb {
	case "dns", "tls":
		return strings.ToUpper(verb)
	case "grpc":
		return "gRPC"
	case "websocket":
		return "HTTP"
	}
	return "time"
}

// info gives the measures.
func (c *call) info() *probes.HTTPInfo {
	info := &probes.HTTPInfo{
		Method: c.method(), URL: c.job.target(), RemoteAddr: c.trace.RemoteAddr(), CertificateExpiry: c.expiry,
		Resolve: c.trace.Between(dial.Resolving, dial.Resolved), Connect: c.trace.Between(dial.Connecting, dial.Connected),
		TLS: c.trace.Between(dial.Shaking, dial.Shook), Processing: c.trace.Between(dial.Wrote, dial.Answered),
	}
	if c.tls != nil {
		info.TLSVersion, info.Cipher = dial.TLSNames(c.tls)
	}
	return info
}

// scope gives what expressions see: the verb's own names, remote_addr, timing, and tls where there was any.
func (c *call) scope() map[string]any {
	info := c.info()
	c.values["remote_addr"] = info.RemoteAddr
	c.values["timing"] = map[string]float64{
		"resolve": info.Resolve.Seconds(), "connect": info.Connect.Seconds(), "tls": info.TLS.Seconds(),
		"processing": info.Processing.Seconds(), "total": c.total.Seconds(),
	}
	if c.tls != nil {
		c.values["tls"] = dial.TLSValues(c.tls)
	}
	return c.values
}

// evaluate gives the texts of templates.
func evaluate(ctx context.Context, scope *journeys.Scope, templates ...*journeys.Template) ([]string, error) {
	texts := make([]string, len(templates))
	for i, t := range templates {
		var err error
		if texts[i], err = t.Text(ctx, scope); err != nil {
			return nil, err
		}
	}
	return texts, nil
}

// trustOf evaluates settings of TLS that may be absent.
func trustOf(ctx context.Context, scope *journeys.Scope, t *journeys.TLS) (dial.Trust, error) {
	if t == nil {
		return dial.Trust{}, nil
	}
	return dial.TrustOf(ctx, scope, t)
}

// hostOf is the host of host:port. A port that an expression gave may be none.
func hostOf(address string) (string, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return "", dial.Misconfigured("want host:port, got %q", address)
	}
	return host, nil
}
