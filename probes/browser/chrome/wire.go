package chrome

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// ErrLost says that the browser is gone: it died, or it was killed because it did not answer.
var ErrLost = errors.New("the browser is gone")

// firstSessionID is where the ids of our sessions' commands begin. Those of the browser itself, which
// chromedp sends, begin at 1; so a reply shows by its id whose it is. Chromium takes ids below 1<<31 only.
const firstSessionID = 1 << 30

// wire is the pipe to the browser. The messages of sessions are delivered here; what belongs to the browser
// itself is passed on to chromedp, for which the wire is the transport.
type wire struct {
	pipe *chromedp.PipeConn
	out  chan *cdproto.Message
	lost chan struct{}

	mu       sync.Mutex
	next     int64
	waiting  map[int64]chan *cdproto.Message
	sessions map[target.SessionID]*Session
	contexts map[cdp.BrowserContextID]func(Opened)
	closed   bool
	cause    error
}

func newWire(pipe *chromedp.PipeConn) *wire {
	w := &wire{
		pipe: pipe, out: make(chan *cdproto.Message, 4096), lost: make(chan struct{}), next: firstSessionID,
		waiting: map[int64]chan *cdproto.Message{}, sessions: map[target.SessionID]*Session{},
		contexts: map[cdp.BrowserContextID]func(Opened){},
	}
	go w.write()
	return w
}

// write is the only writer: a frozen browser leaves it blocked on a full pipe, not the callers.
func (w *wire) write() {
	for {
		select {
		case msg := <-w.out:
			if err := w.pipe.Write(context.Background(), msg); err != nil {
				w.lose(err)
				return
			}
		case <-w.lost:
			return
		}
	}
}

// Read gives chromedp the next message that is not a session's.
func (w *wire) Read(ctx context.Context, msg *cdproto.Message) error {
	for {
		*msg = cdproto.Message{}
		if err := w.pipe.Read(ctx, msg); err != nil {
			w.lose(err)
			return err
		}
		if !w.deliver(msg) {
			return nil
		}
	}
}

// deliver hands a session's message over and reports whether it was one.
func (w *wire) deliver(msg *cdproto.Message) bool {
	if msg.ID >= firstSessionID {
		w.mu.Lock()
		reply := w.waiting[msg.ID]
		delete(w.waiting, msg.ID)
		w.mu.Unlock()
		if reply != nil {
			m := *msg
			reply <- &m
		}
		return true
	}
	id := msg.SessionID
	if id == "" {
		switch msg.Method {
		case Detached:
			w.detached(msg)
		case attachedToTarget:
			w.opened(msg)
			return true
		}
		return false
	}
	w.mu.Lock()
	s := w.sessions[id]
	w.mu.Unlock()
	if s != nil && s.listen != nil {
		s.listen(s, string(msg.Method), msg.Params)
	}
	return true
}

// detached tells a session that its target is gone.
func (w *wire) detached(msg *cdproto.Message) {
	var e struct {
		SessionID target.SessionID `json:"sessionId"`
	}
	if jsonv2.Unmarshal(msg.Params, &e) != nil {
		return
	}
	w.mu.Lock()
	s := w.sessions[e.SessionID]
	w.mu.Unlock()
	if s != nil && s.listen != nil {
		s.listen(s, Detached, msg.Params)
	}
}

// Write queues a message.
func (w *wire) Write(ctx context.Context, msg *cdproto.Message) error {
	select {
	case w.out <- msg:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.lost:
		return w.err()
	}
}

// Close closes the pipe, which makes the browser exit.
func (w *wire) Close() error {
	err := w.pipe.Close()
	w.lose(errors.New("closed"))
	return err
}

func (w *wire) lose(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.closed, w.cause = true, cause
		close(w.lost)
	}
}

func (w *wire) err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Errorf("%w: %w", ErrLost, w.cause)
}
