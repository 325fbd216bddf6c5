package cdpbaseline

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
)

// Browser is a Chromium spoken to over its debugging pipe. Its methods may be used by several goroutines.
type Browser struct {
	cmd *exec.Cmd
	out io.WriteCloser

	mu       sync.Mutex
	nextID   int64
	waiting  map[int64]chan message
	sessions map[string]*session
	err      error
}

// message is one frame of the protocol, either way.
type message struct {
	ID        int64           `json:"id,omitempty"`
	Method    string          `json:"method,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Params    json.RawMessage `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

// Start runs the command, which must have --remote-debugging-pipe among its arguments and no extra files
// yet.
func Start(cmd *exec.Cmd) (*Browser, error) {
	theirIn, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	in, theirOut, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	cmd.ExtraFiles = []*os.File{theirIn, theirOut}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the browser: %w", err)
	}
	theirIn.Close()
	theirOut.Close()
	b := &Browser{cmd: cmd, out: ours, waiting: map[int64]chan message{}, sessions: map[string]*session{}}
	go b.read(bufio.NewReaderSize(in, 1<<16))
	return b, nil
}

// Pid is the browser process's.
func (b *Browser) Pid() int { return b.cmd.Process.Pid }

// Close ends the browser.
func (b *Browser) Close() error {
	_ = b.call("", "Browser.close", nil, nil)
	err := b.out.Close()
	_ = b.cmd.Wait()
	return err
}

func (b *Browser) read(in *bufio.Reader) {
	for {
		frame, err := in.ReadBytes(0)
		if err != nil {
			b.fail(fmt.Errorf("the pipe ended: %w", err))
			return
		}
		var m message
		if err := json.Unmarshal(frame[:len(frame)-1], &m); err != nil {
			b.fail(fmt.Errorf("a frame is no JSON: %w", err))
			return
		}
		b.dispatch(m)
	}
}

func (b *Browser) dispatch(m message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if m.ID != 0 {
		if c, ok := b.waiting[m.ID]; ok {
			delete(b.waiting, m.ID)
			c <- m
		}
		return
	}
	if s, ok := b.sessions[m.SessionID]; ok {
		s.hear(m)
	}
}

func (b *Browser) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
	for id, c := range b.waiting {
		delete(b.waiting, id)
		close(c)
	}
	for _, s := range b.sessions {
		s.changed.Broadcast()
	}
}

// call sends a command and waits for its answer, which is decoded into result unless that is nil.
func (b *Browser) call(sessionID, method string, params, result any) error {
	m := message{Method: method, SessionID: sessionID}
	if params != nil {
		raw, err := json.Marshal(params)
		if err != nil {
			return err
		}
		m.Params = raw
	}
	answered := make(chan message, 1)
	b.mu.Lock()
	if b.err != nil {
		b.mu.Unlock()
		return b.err
	}
	b.nextID++
	m.ID = b.nextID
	b.waiting[m.ID] = answered
	frame, err := json.Marshal(m)
	if err == nil {
		_, err = b.out.Write(append(frame, 0))
	}
	b.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	answer, ok := <-answered
	switch {
	case !ok:
		return fmt.Errorf("%s: %w", method, errors.Join(errors.New("the browser is gone"), b.err))
	case answer.Error != nil:
		return fmt.Errorf("%s: %s", method, answer.Error.Message)
	case result != nil:
		return json.Unmarshal(answer.Result, result)
	}
	return nil
}
