package traffic

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
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

// Answer is a response that a step may be about.
type Answer struct {
	method, url string
	status      int
	headers     map[string]string // by lower-case name
	request     *Request
	// came means that there is nothing more to come; err says why there is no body.
	came bool
	body string
	err  string
}

// answers are the responses of a page that some step of its journey waits for. A body is asked for as soon as it has
// come: the browser forgets it with the document that asked for it.
type answers struct {
	wanted []*journeys.WaitForResponse
	all    []*Answer
	// open are those whose bodies are still coming, by the request's id.
	open map[string]*Answer
	size int
}

// expectAnswers notes what the journey's steps wait for.
func expectAnswers(j *journeys.Journey) answers {
	a := answers{open: map[string]*Answer{}}
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
		if (w.Method == "" || w.Method == method) && address.MatchesURL(w.Pattern(), url) {
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

// note keeps the head of an answer.
func (a *answers) note(r *Request, head answerHead) *Answer {
	one := &Answer{request: r, method: r.Method, url: r.URL, status: head.Status, headers: map[string]string{}}
	for name, value := range head.Headers {
		one.headers[strings.ToLower(name)] = strings.ReplaceAll(value, "\n", ", ")
	}
	a.all = append(a.all, one)
	a.trim()
	return one
}

// trim forgets the oldest.
func (a *answers) trim() {
	for len(a.all) > 1 && (len(a.all) > mostAnswers || a.size > mostAnswered) {
		a.size -= len(a.all[0].body)
		a.all = a.all[1:]
	}
}

// began follows a response whose head has come, and reports whether a step may be about it.
func (a *answers) began(r *Request, params jsonv2.Value) bool {
	if len(a.wanted) == 0 || r.Kind == "Preflight" || !a.wants(r.Method, r.URL) {
		return false
	}
	e, ok := wire.Decode[answerEvent](params)
	if ok {
		a.open[r.ID] = a.note(r, e.Response)
	}
	return ok
}

// redirected follows a response that sends the browser elsewhere: it has no body.
func (a *answers) redirected(r *Request, params jsonv2.Value) {
	if len(a.wanted) == 0 || !a.wants(r.Method, r.URL) {
		return
	}
	if e, ok := wire.Decode[answerEvent](params); ok {
		a.note(r, e.Redirect).came = true
	}
}

// ended gives the response that has come as a whole, if its body is wanted.
func (a *answers) ended(r *Request) *Answer {
	one := a.open[r.ID]
	if one == nil {
		return nil
	}
	delete(a.open, r.ID)
	if r.Err != "" {
		one.came, one.err = true, "it broke off: "+r.Err
		return nil
	}
	return one
}

// leave gives up the bodies of answers to a document that has gone, unless they are on their way.
func (a *answers) leave(requests map[string]*Request, loader cdp.LoaderID) {
	for id, one := range a.open {
		if r := requests[id]; r != nil && r.Loader == loader {
			continue
		}
		if one.came {
			delete(a.open, id)
		}
		one.came, one.err = true, "the page was left before the whole of it had come"
	}
}

// Fetch asks the browser for the answer's body. It is for a goroutine of its own, which must not hold the page's lock.
func (a *Answer) Fetch(ctx context.Context, s *wire.Session) (body string, err error) {
	ctx, cancel := context.WithTimeout(ctx, bodyTime)
	defer cancel()
	var res struct {
		Body    string `json:"body"`
		Encoded bool   `json:"base64Encoded"`
	}
	err = s.Call(ctx, "Network.getResponseBody", map[string]any{"requestId": a.request.ID}, &res)
	if err != nil || !res.Encoded {
		return res.Body, err
	}
	raw, err := base64.StdEncoding.DecodeString(res.Body)
	return string(raw), err
}

// Fetched keeps the body of an answer, or why there is none.
func (l *Log) Fetched(a *Answer, body string, err error) {
	a.came = true
	if err != nil {
		a.err = "the browser did not keep it: " + err.Error()
		return
	}
	a.body, a.err = body, ""
	l.answers.size += len(a.body)
	l.answers.trim()
}

// AwaitsAnswers reports whether any step of the journey waits for an answer: then bodies must outlive the document that
// asked for them.
func (l *Log) AwaitsAnswers() bool { return len(l.answers.wanted) > 0 }

// Params say what the browser keeps of bodies: enough for those that a step waits for, else next to nothing.
func (l *Log) Params() map[string]any {
	if !l.AwaitsAnswers() {
		return map[string]any{"maxTotalBufferSize": 1 << 20, "maxResourceBufferSize": 1 << 16}
	}
	return map[string]any{"maxTotalBufferSize": mostAnswered, "maxResourceBufferSize": mostBody}
}
