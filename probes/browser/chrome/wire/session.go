package wire

import (
	"context"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Listener gets a session's events in their order, on the goroutine that reads the wire: it must not block
// and may send commands only with [Session.Post].
type Listener func(s *Session, method string, params jsonv2.Value)

// Detached is the event that says that a session's target is gone: a session hears it of itself, and of the
// sessions of its frames.
const Detached = "Target.detachedFromTarget"

// Session is the line to one target: a page, or a frame that lives in a process of its own. It is safe for
// use by several goroutines. Unlike a target of chromedp it turns on no domain by itself, and it decodes no
// event that nobody wants.
type Session struct {
	ID     target.SessionID
	wire   *Pipe
	listen Listener
}

// Session makes a session for an id that the browser gave out, whose events go to listen from [Session.Listen] on.
func (w *Pipe) Session(id target.SessionID, listen Listener) *Session {
	return &Session{ID: id, wire: w, listen: listen}
}

// Listen begins the delivery of events.
func (s *Session) Listen() {
	s.wire.mu.Lock()
	s.wire.sessions[s.ID] = s
	s.wire.mu.Unlock()
}

// Forget ends the delivery of events.
func (s *Session) Forget() {
	s.wire.mu.Lock()
	delete(s.wire.sessions, s.ID)
	s.wire.mu.Unlock()
}

// Reply is an answer that is still to come.
type Reply struct {
	s  *Session
	id int64
	ch chan *cdproto.Message
}

// Send sends a command and returns at once; several can be on their way.
func (s *Session) Send(_ context.Context, method string, params any) (*Reply, error) {
	raw, err := encode(params)
	if err != nil {
		return nil, err
	}
	r := &Reply{s: s, ch: make(chan *cdproto.Message, 1)}
	w := s.wire
	w.mu.Lock()
	w.next++
	r.id = w.next
	w.waiting[r.id] = r.ch
	w.mu.Unlock()
	if err := w.send(appendCommand(nil, r.id, s.ID, method, raw)); err != nil {
		r.drop()
		return nil, err
	}
	return r, nil
}

// Post sends a command whose answer nobody waits for. It never blocks.
func (s *Session) Post(method string, params any) {
	raw, err := encode(params)
	if err != nil {
		return
	}
	w := s.wire
	w.mu.Lock()
	w.next++
	id := w.next
	w.mu.Unlock()
	_ = w.send(appendCommand(nil, id, s.ID, method, raw)) // a wire that is lost says so to those who wait
}

// encode gives a command's parameters as they are sent; a [jsonv2.Value] is sent as it is.
func encode(params any) ([]byte, error) {
	switch p := params.(type) {
	case nil:
		return nil, nil
	case jsonv2.Value:
		return p, nil
	}
	return jsonv2.Marshal(params, chromedp.DefaultMarshalOptions)
}

// Wait waits for the answer and decodes it into res, which may be nil.
func (r *Reply) Wait(ctx context.Context, res any) error {
	select {
	case msg := <-r.ch:
		return decode(msg, res)
	case <-ctx.Done():
		r.drop()
		return context.Cause(ctx)
	case <-r.s.wire.Lost:
		select {
		case msg := <-r.ch:
			return decode(msg, res)
		default:
			return r.s.wire.Err()
		}
	}
}

func (r *Reply) drop() {
	r.s.wire.mu.Lock()
	delete(r.s.wire.waiting, r.id)
	r.s.wire.mu.Unlock()
}

func decode(msg *cdproto.Message, res any) error {
	if msg.Error != nil {
		return msg.Error
	}
	if res == nil {
		return nil
	}
	return jsonv2.Unmarshal(msg.Result, res, chromedp.DefaultUnmarshalOptions)
}

// Call sends a command and waits for its answer.
func (s *Session) Call(ctx context.Context, method string, params, res any) error {
	r, err := s.Send(ctx, method, params)
	if err != nil {
		return err
	}
	return r.Wait(ctx, res)
}

// Call runs a typed command on a session.
func Call[P, R any](ctx context.Context, s *Session, c cdp.Command[P, R], params P) (R, error) {
	var res R
	err := s.Call(ctx, c.Method, params, &res)
	return res, err
}
