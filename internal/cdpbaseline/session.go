package cdpbaseline

import (
	"encoding/json"
	"fmt"
	"sync"
)

// session is one target: a tab, or a frame of another site where that has a process of its own.
type session struct {
	b       *Browser
	id      string
	parent  *session
	changed *sync.Cond // Guarded by b.mu.

	loads    int
	frames   []place
	requests map[string]request
	// payment is the origin of the card fields' frame.
	payment string
}

// place is where scripts run: a session's page (context 0), or the frame behind a context of it.
type place struct {
	*session
	context int64
}

// request is what is kept of the Network domain.
type request struct {
	URL, Type, Error string
	Status           int64
	Bytes            float64
}

func (b *Browser) session(id string, parent *session) *session {
	s := &session{b: b, id: id, parent: parent, requests: map[string]request{}}
	s.changed = sync.NewCond(&b.mu)
	b.sessions[id] = s
	return s
}

// hear takes an event. b.mu is held.
func (s *session) hear(m message) {
	switch m.Method {
	case "Page.loadEventFired":
		s.loads++
		s.changed.Broadcast()
	case "Runtime.executionContextCreated":
		var e struct {
			Context struct {
				ID     int64  `json:"id"`
				Origin string `json:"origin"`
			} `json:"context"`
		}
		if json.Unmarshal(m.Params, &e) == nil && e.Context.Origin == s.payment {
			s.frames = append(s.frames, place{s, e.Context.ID})
			s.changed.Broadcast()
		}
	case "Target.attachedToTarget":
		var e struct {
			SessionID  string `json:"sessionId"`
			TargetInfo struct {
				Type string `json:"type"`
			} `json:"targetInfo"`
		}
		if json.Unmarshal(m.Params, &e) == nil && e.TargetInfo.Type == "iframe" {
			s.frames = append(s.frames, place{s.b.session(e.SessionID, s), 0})
			s.changed.Broadcast()
		}
	case "Network.requestWillBeSent", "Network.responseReceived", "Network.loadingFinished", "Network.loadingFailed":
		s.network(m)
	}
}

func (s *session) network(m message) {
	var e struct {
		RequestID string `json:"requestId"`
		Type      string `json:"type"`
		Request   struct {
			URL string `json:"url"`
		} `json:"request"`
		Response struct {
			Status int64 `json:"status"`
		} `json:"response"`
		EncodedDataLength float64 `json:"encodedDataLength"`
		ErrorText         string  `json:"errorText"`
	}
	if json.Unmarshal(m.Params, &e) != nil {
		return
	}
	r := s.requests[e.RequestID]
	switch m.Method {
	case "Network.requestWillBeSent":
		r = request{URL: e.Request.URL, Type: e.Type}
	case "Network.responseReceived":
		r.Status = e.Response.Status
	case "Network.loadingFinished":
		r.Bytes = e.EncodedDataLength
	case "Network.loadingFailed":
		r.Error = e.ErrorText
	}
	s.requests[e.RequestID] = r
}

func (s *session) do(method string, params any) error { return s.b.call(s.id, method, params, nil) }

// load does something that navigates and waits for the load event after it.
func (s *session) load(navigate func() error) error {
	s.b.mu.Lock()
	before := s.loads
	s.b.mu.Unlock()
	if err := navigate(); err != nil {
		return err
	}
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	for s.loads == before && s.b.err == nil {
		s.changed.Wait()
	}
	return s.b.err
}

// frame waits for the frame of the card fields, wherever the browser keeps it.
func (s *session) frame() (place, error) {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	for len(s.frames) == 0 && s.b.err == nil {
		s.changed.Wait()
	}
	if s.b.err != nil {
		return place{}, s.b.err
	}
	return s.frames[len(s.frames)-1], nil
}

// evaluate runs an expression in the page, waits for its promise and decodes its value.
func (p place) evaluate(expression string, value any) error {
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		ExceptionDetails *struct {
			Text string `json:"text"`
		} `json:"exceptionDetails"`
	}
	params := map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}
	if p.context != 0 {
		params["contextId"] = p.context
	}
	if err := p.b.call(p.id, "Runtime.evaluate", params, &answer); err != nil {
		return err
	}
	if answer.ExceptionDetails != nil {
		return fmt.Errorf("evaluating %.60q: %s", expression, answer.ExceptionDetails.Text)
	}
	if value == nil {
		return nil
	}
	return json.Unmarshal(answer.Result.Value, value)
}
