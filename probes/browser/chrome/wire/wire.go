// Package wire carries the protocol between us and one browser: commands and their answers, events, sessions of targets.
//
// It is the transport that chromedp is given: what belongs to the browser as a whole is passed on to it, what belongs to a
// session is delivered here, unread as far as nobody wants it. It knows neither processes nor pages. Its one rule: who
// sends never waits for the browser to read, and who waits is told when the browser is gone.
package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
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

// Pipe is the line to the browser. The messages of sessions are delivered here; what belongs to the browser
// itself is passed on to chromedp, for which the wire is the transport.
type Pipe struct {
	in  *os.File
	r   *bufio.Reader
	out *outlet

	Lost chan struct{}

	mu       sync.Mutex
	next     int64
	waiting  map[int64]chan *cdproto.Message
	sessions map[target.SessionID]*Session
	contexts map[cdp.BrowserContextID]func(Opened)
	closed   bool
	cause    error
}

// Open makes a pipe of the ends of two pipes: in is what the browser writes to, out what it reads from.
func Open(in, out *os.File) (*Pipe, error) {
	inlet, err := newInlet(in)
	if err != nil {
		return nil, err
	}
	w := &Pipe{
		in: in, r: bufio.NewReaderSize(inlet, 64<<10), Lost: make(chan struct{}), next: firstSessionID,
		waiting: map[int64]chan *cdproto.Message{}, sessions: map[target.SessionID]*Session{},
		contexts: map[cdp.BrowserContextID]func(Opened){},
	}
	w.out, err = newOutlet(out, w.Lose)
	return w, err
}

// Read gives chromedp the next message that is not a session's.
func (w *Pipe) Read(_ context.Context, msg *cdproto.Message) error {
	for {
		frame, err := w.r.ReadBytes(0)
		if err != nil {
			w.Lose(err)
			return err
		}
		frame = frame[:len(frame)-1]
		if o, ok := readOutside(frame); ok && w.deliver(o) {
			continue
		}
		*msg = cdproto.Message{}
		if len(bytes.TrimSpace(frame)) == 0 {
			continue
		}
		if err := jsonv2.Unmarshal(frame, msg, chromedp.DefaultUnmarshalOptions); err != nil {
			err = fmt.Errorf("the browser said what is no message: %w", err)
			w.Lose(err)
			return err
		}
		if !w.deliverWhole(msg) {
			return nil
		}
	}
}

// deliver hands a session's message over and reports whether it did.
func (w *Pipe) deliver(o outside) bool {
	if o.method != "" {
		w.mu.Lock()
		s := w.sessions[o.session]
		w.mu.Unlock()
		if s != nil && s.listen != nil {
			s.listen(s, o.method, o.body)
		}
		return true
	}
	if o.id < firstSessionID || o.refused {
		return false
	}
	w.reply(&cdproto.Message{ID: o.id, SessionID: o.session, Result: o.body})
	return true
}

// deliverWhole is deliver for a message that had to be read as a whole.
func (w *Pipe) deliverWhole(msg *cdproto.Message) bool {
	switch {
	case msg.ID >= firstSessionID:
		w.reply(msg)
		return true
	case msg.SessionID != "":
		return w.deliver(outside{session: msg.SessionID, method: string(msg.Method), body: msg.Params})
	case msg.Method == Detached:
		w.detached(msg.Params)
	case msg.Method == attachedToTarget:
		w.opened(msg)
		return true
	}
	return false
}

// reply hands an answer to who waits for it.
func (w *Pipe) reply(msg *cdproto.Message) {
	w.mu.Lock()
	reply := w.waiting[msg.ID]
	delete(w.waiting, msg.ID)
	w.mu.Unlock()
	if reply != nil {
		m := *msg
		reply <- &m
	}
}

// detached tells a session that its target is gone.
func (w *Pipe) detached(params jsonv2.Value) {
	var e struct {
		SessionID target.SessionID `json:"sessionId"`
	}
	if jsonv2.Unmarshal(params, &e) != nil {
		return
	}
	w.mu.Lock()
	s := w.sessions[e.SessionID]
	w.mu.Unlock()
	if s != nil && s.listen != nil {
		s.listen(s, Detached, params)
	}
}

// Write sends a message of chromedp's. It does not block.
func (w *Pipe) Write(_ context.Context, msg *cdproto.Message) error {
	frame, err := jsonv2.Marshal(msg, chromedp.DefaultMarshalOptions)
	if err != nil {
		return fmt.Errorf("encoding a message: %w", err)
	}
	return w.send(append(frame, 0))
}

// send sends a frame. It does not block.
func (w *Pipe) send(frame []byte) error {
	select {
	case <-w.Lost:
		return w.Err()
	default:
	}
	w.out.put(frame)
	return nil
}

// Close closes the pipe, which makes the browser exit.
func (w *Pipe) Close() error {
	err := errors.Join(w.in.Close(), w.out.close())
	w.Lose(errors.New("closed"))
	return err
}

// Lose gives the browser up for a cause: all who wait are told of it. Only the first cause counts.
func (w *Pipe) Lose(cause error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.closed {
		w.closed, w.cause = true, cause
		close(w.Lost)
	}
}

// Err is [ErrLost] with the cause, once the browser has been lost.
func (w *Pipe) Err() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return fmt.Errorf("%w: %w", ErrLost, w.cause)
}
