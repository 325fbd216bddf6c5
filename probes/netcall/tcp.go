package netcall

import (
	"bufio"
	"context"
	"net"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// maxLine bounds a line of a conversation.
const maxLine = 64 << 10

// tcp connects, in TLS if wanted, and talks line by line.
type tcp struct {
	address, host, family string
	secure                bool
	trust, later          dial.Trust
	turns                 []turn

	conn     net.Conn
	lines    *bufio.Reader
	received strings.Builder
}

func prepareTCP(ctx context.Context, scope *journeys.Scope, a *journeys.TCP) (job, error) {
	address, err := a.Address.Text(ctx, scope)
	if err != nil {
		return nil, err
	}
	t := &tcp{address: address, family: a.IP, secure: a.TLS != nil}
	if t.host, err = hostOf(address); err != nil {
		return nil, err
	}
	if t.trust, err = trustOf(ctx, scope, a.TLS); err != nil {
		return nil, err
	}
	if t.later, err = dial.TrustOf(ctx, scope, &a.StartTLS); err != nil {
		return nil, err
	}
	t.turns, err = prepareDialogue(ctx, scope, a.Dialogue)
	return t, err
}

func (t *tcp) target() string { return "tcp://" + t.address }

func (t *tcp) run(ctx context.Context, c *call) error {
	conn, err := c.connect(ctx, "tcp", t.family, t.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	t.use(conn)
	if t.secure {
		if err := t.shake(ctx, c, t.trust); err != nil {
			return err
		}
	}
	say := func(text string) error {
		// Line protocols end their lines so; those that want only \n take this too.
		_, err := t.conn.Write([]byte(text + "\r\n"))
		return err
	}
	err = talk(ctx, c, t.turns, t.line, say, func() error { return t.startTLS(ctx, c) })
	c.values["received"] = t.received.String()
	return err
}

func (t *tcp) use(conn net.Conn) { t.conn, t.lines = conn, bufio.NewReaderSize(conn, maxLine) }

func (t *tcp) shake(ctx context.Context, c *call, trust dial.Trust) error {
	conn, err := c.shake(ctx, t.conn, t.host, trust)
	if err != nil {
		return err
	}
	t.use(conn)
	return nil
}

// startTLS goes on in TLS. What the other side said in the clear after its consent could come from anybody.
func (t *tcp) startTLS(ctx context.Context, c *call) error {
	if t.lines.Buffered() > 0 {
		return &probes.Failure{
			Reason: probes.TLS, Message: "the other side went on in the clear after it had agreed to begin TLS",
			Expected: "TLS", Got: "plain text",
		}
	}
	return t.shake(ctx, c, t.later)
}

// line gives the next line without its end, and at the end of all what remains.
func (t *tcp) line() (string, error) {
	text, err := t.lines.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		err = nil
	}
	if room := maxReceived - t.received.Len(); room > 0 {
		t.received.Write(text[:min(len(text), room)])
	}
	return strings.TrimRight(string(text), "\r\n"), err
}
