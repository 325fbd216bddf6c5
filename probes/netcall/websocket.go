package netcall

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
	"github.com/outrider-monitor/outrider/probes/spans"
)

const (
	// maxMessage bounds one message, maxMessages how many are kept.
	maxMessage  = 1 << 20
	maxMessages = 1000
	// maxHead bounds a response's header.
	maxHead = 1 << 20
)

// socket opens a WebSocket and talks message by message.
type socket struct {
	url          *url.URL
	header       http.Header
	subprotocols []string
	family       string
	trust        dial.Trust
	turns        []turn

	messages []any
}

func prepareWebSocket(ctx context.Context, scope *journeys.Scope, a *journeys.WebSocket) (job, error) {
	text, err := a.URL.Text(ctx, scope)
	if err != nil {
		return nil, err
	}
	w := &socket{subprotocols: a.Subprotocols, family: a.IP}
	if w.url, err = url.Parse(text); err != nil || w.url.Host == "" || w.url.Scheme != "ws" && w.url.Scheme != "wss" {
		return nil, dial.Misconfigured("the URL %q is not one of ws or wss", text)
	}
	if w.header, err = headerOf(ctx, scope, a.Headers); err != nil {
		return nil, err
	}
	if w.trust, err = dial.TrustOf(ctx, scope, &a.TLS); err != nil {
		return nil, err
	}
	w.turns, err = prepareDialogue(ctx, scope, a.Dialogue)
	return w, err
}

// headerOf evaluates header fields. None can end its line.
func headerOf(ctx context.Context, scope *journeys.Scope, pairs []journeys.Pair) (http.Header, error) {
	header := make(http.Header, len(pairs)+2)
	for i := range pairs {
		value, err := pairs[i].Value.Text(ctx, scope)
		if err != nil {
			return nil, err
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }) {
			return nil, dial.Misconfigured("the header %s cannot hold a line break or another control character", pairs[i].Name)
		}
		header.Add(pairs[i].Name, value)
	}
	return header, nil
}

// introduce says that the traffic is synthetic, from which run, and to a host that is to know it in which trace. A
// traceparent that the step's author wrote is his.
func (c *call) introduce(header http.Header, host string) {
	o := &c.session.o
	if o.Trace.Goes(host) && header.Get(spans.Header) == "" {
		header.Set(spans.Header, o.Trace.Parent(c.span))
	}
	agent := o.UserAgent
	if own := header.Get("User-Agent"); own != "" {
		agent = own + " " + agent
	}
	header.Set("User-Agent", agent)
	header.Set("X-Outrider-Run", o.RunID)
}

func (w *socket) target() string { return w.url.Redacted() }

func (w *socket) run(ctx context.Context, c *call) error {
	config, err := w.trust.Config(c.session.o.Journey.Dir)
	if err != nil {
		return err
	}
	transport := newTransport(c, w.family)
	transport.TLSClientConfig = config
	defer transport.CloseIdleConnections()
	c.introduce(w.header, w.url.Host)
	for i := range c.session.cookies {
		if cookie := &c.session.cookies[i]; cookie.GoesTo(w.url, time.Now()) {
			w.header.Add("Cookie", cookie.Name+"="+cookie.Value)
		}
	}
	conn, resp, err := websocket.Dial(ctx, w.url.String(), &websocket.DialOptions{
		HTTPClient: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		HTTPHeader: w.header, Host: w.header.Get("Host"), Subprotocols: w.subprotocols,
	})
	if resp != nil {
		c.head(resp)
	}
	if err != nil {
		return refused(resp, err)
	}
	defer conn.CloseNow()
	conn.SetReadLimit(maxMessage)
	say := func(text string) error { return conn.Write(ctx, websocket.MessageText, []byte(text)) }
	err = talk(ctx, c, w.turns, func() (string, error) { return w.next(ctx, conn) }, say, nil)
	w.show(c, conn.Subprotocol())
	if err == nil {
		// The other side has done what was asked; that it does not take leave as the standard says is its own affair.
		_ = conn.Close(websocket.StatusNormalClosure, "")
	}
	return err
}

// newTransport makes a transport for one call.
func newTransport(c *call, family string) *http.Transport {
	return &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			d := net.Dialer{KeepAlive: -1}
			return d.DialContext(ctx, network+family, addr)
		},
		MaxResponseHeaderBytes: maxHead, DisableKeepAlives: false, DisableCompression: true,
	}
}

// head keeps what an HTTP answer's head says.
func (c *call) head(resp *http.Response) {
	headers := make(map[string]string, len(resp.Header))
	for name, values := range resp.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	c.values["headers"] = headers
	if resp.TLS != nil {
		c.secured(*resp.TLS)
	}
}

// refused says that the server answered, but not as one of WebSockets.
func refused(resp *http.Response, err error) error {
	if resp == nil || resp.StatusCode == 0 {
		return err
	}
	got := strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return &probes.Failure{Reason: probes.Assertion, Message: "the server opened no WebSocket: " + dial.Innermost(err).Error(), Err: err}
	}
	return &probes.Failure{
		Reason: probes.Status, Message: "the server answered " + got + " instead of opening a WebSocket",
		Expected: "101 Switching Protocols", Got: got, Err: err,
	}
}

// next gives the next message.
func (w *socket) next(ctx context.Context, conn *websocket.Conn) (string, error) {
	_, data, err := conn.Read(ctx)
	var closed websocket.CloseError
	switch {
	case errors.As(err, &closed):
		return "", io.EOF
	case errors.Is(err, websocket.ErrMessageTooBig):
		return "", &probes.Failure{
			Reason: probes.Assertion, Message: fmt.Sprintf("a message is larger than %d bytes", maxMessage),
			Expected: fmt.Sprintf("at most %d bytes", maxMessage), Got: "more", Err: err,
		}
	case err != nil:
		return "", err
	}
	if len(w.messages) < maxMessages {
		w.messages = append(w.messages, string(data))
	}
	if len(data) == 0 {
		return " ", nil
	}
	return string(data), nil
}

// show gives the expressions their names.
func (w *socket) show(c *call, subprotocol string) {
	c.values["messages"], c.values["subprotocol"] = w.messages, subprotocol
	c.values["json"] = func() (any, error) {
		if len(w.messages) == 0 {
			return nil, errors.New("no message has come")
		}
		return parseJSON([]byte(w.messages[len(w.messages)-1].(string)))
	}
}

// parseJSON reads one JSON value. Numbers keep their digits.
func parseJSON(text []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, fmt.Errorf("it is not JSON: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("it is not JSON: there is more after the value")
	}
	return v, nil
}
