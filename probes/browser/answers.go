package browser

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

const (
	// mostAnswers and mostAnswered bound what is remembered of a page's answers: their number, and the bytes of
	// their bodies together. The oldest are forgotten.
	mostAnswers  = 200
	mostAnswered = 32 << 20
	// mostBody is the size of a body that the browser keeps for us.
	mostBody = 10 << 20
	// bodyTime bounds the asking for a body.
	bodyTime = 10 * time.Second
)

// answer is a response that a step may be about.
type answer struct {
	method, url string
	status      int
	headers     map[string]string // by lower-case name
	at          time.Time
	// came means that there is nothing more to come; err says why there is no body.
	came bool
	body string
	err  string
}

// answers are the responses of a page that some step of its journey waits for. A body is asked for as soon as it has
// come: the browser forgets it with the document that asked for it. They are guarded by the tab's mu.
type answers struct {
	wanted []*journeys.WaitForResponse
	all    []*answer
	// open are those whose bodies are still coming, by the request's id.
	open map[string]*answer
	size int
}

// expectAnswers notes what the journey's steps wait for.
func expectAnswers(j *journeys.Journey) answers {
	a := answers{open: map[string]*answer{}}
	for s := range j.AllSteps() {
		if w, ok := s.Action.(*journeys.WaitForResponse); ok {
			a.wanted = append(a.wanted, w)
		}
	}
	return a
}

// wants reports whether any step may be about an answer.
func (a *answers) wants(method, url string) bool {
	for _, w := range a.wanted {
		if (w.Method == "" || w.Method == method) && matchesURL(w.Pattern(), url) {
			return true
		}
	}
	return false
}

type answerEvent struct {
	Response answerHead `json:"response"`
	Redirect answerHead `json:"redirectResponse"`
}

type answerHead struct {
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
}

// began notes the head of an answer. t.mu is held.
func (a *answers) began(r *request, head answerHead) *answer {
	one := &answer{method: r.method, url: r.url, status: head.Status, headers: map[string]string{}, at: time.Now()}
	for name, value := range head.Headers {
		one.headers[strings.ToLower(name)] = strings.ReplaceAll(value, "\n", ", ")
	}
	a.all = append(a.all, one)
	a.trim()
	return one
}

// trim forgets the oldest. t.mu is held.
func (a *answers) trim() {
	for len(a.all) > 1 && (len(a.all) > mostAnswers || a.size > mostAnswered) {
		a.size -= len(a.all[0].body)
		a.all = a.all[1:]
	}
}

// answerBegan follows a response whose head has come. t.mu is held.
func (t *tab) answerBegan(r *request, params jsonv2.Value) {
	if len(t.answers.wanted) == 0 || r.kind == "Preflight" || !t.answers.wants(r.method, r.url) {
		return
	}
	if e, ok := decode[answerEvent](params); ok {
		t.answers.open[r.id] = t.answers.began(r, e.Response)
		t.bump()
	}
}

// answerRedirected follows a response that sends the browser elsewhere: it has no body. t.mu is held.
func (t *tab) answerRedirected(r *request, params jsonv2.Value) {
	if len(t.answers.wanted) == 0 || !t.answers.wants(r.method, r.url) {
		return
	}
	if e, ok := decode[answerEvent](params); ok {
		t.answers.began(r, e.Redirect).came = true
		t.bump()
	}
}

// answerEnded asks for the body of a response that has come as a whole. t.mu is held.
func (t *tab) answerEnded(s *chrome.Session, r *request) {
	a := t.answers.open[r.id]
	if a == nil {
		return
	}
	delete(t.answers.open, r.id)
	if r.err != "" {
		a.came, a.err = true, "it broke off: "+r.err
		return
	}
	go t.readBody(s, r.id, a)
}

// leaveAnswers gives up the bodies of answers to a document that has gone, unless they are on their way. t.mu is held.
func (t *tab) leaveAnswers(loader cdp.LoaderID) {
	for id, a := range t.answers.open {
		if r := t.requests[id]; r != nil && r.loader == loader {
			continue
		}
		if a.came {
			delete(t.answers.open, id)
		}
		a.came, a.err = true, "the page was left before the whole of it had come"
	}
}

// readBody gets a body from the browser.
func (t *tab) readBody(s *chrome.Session, id string, a *answer) {
	ctx, cancel := context.WithTimeout(t.ctx, bodyTime)
	defer cancel()
	var res struct {
		Body    string `json:"body"`
		Encoded bool   `json:"base64Encoded"`
	}
	err := s.Call(ctx, "Network.getResponseBody", map[string]any{"requestId": id}, &res)
	if err == nil && res.Encoded {
		var raw []byte
		raw, err = base64.StdEncoding.DecodeString(res.Body)
		res.Body = string(raw)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	a.came = true
	if err != nil {
		a.err = "the browser did not keep it: " + err.Error()
	} else {
		a.body, a.err = res.Body, ""
		t.answers.size += len(a.body)
		t.answers.trim()
	}
	t.bump()
}

// networkParams say what the browser keeps of bodies: enough for those that a step waits for, else next to nothing.
func (t *tab) networkParams() map[string]any {
	if len(t.answers.wanted) == 0 {
		return map[string]any{"maxTotalBufferSize": 1 << 20, "maxResourceBufferSize": 1 << 16}
	}
	return map[string]any{"maxTotalBufferSize": mostAnswered, "maxResourceBufferSize": mostBody}
}
