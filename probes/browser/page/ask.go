package page

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
)

// errFrameGone says that a frame that was being looked into is no more.
var ErrFrameGone = errors.New("the frame is gone")

const (
	worldName = "outrider"
	// Margin is kept of a step's time so that the page itself can say what stands in the way.
	Margin = 250 * time.Millisecond
	// late is how long after a step's time the page's last word is still waited for: on a machine that is short of CPU it takes
	// longer to arrive than what was kept for it, and "it is disabled" is worth more than "it did not answer".
	late = 750 * time.Millisecond
	// worldTime is how long a new document's isolated world is waited for before one is made.
	worldTime = 100 * time.Millisecond
	// Grace is how long each alternative locator has to itself.
	Grace = 250 * time.Millisecond
)

type (
	callArgument struct {
		Value any `json:"value"`
	}
	callParams struct {
		Function  string         `json:"functionDeclaration"`
		Context   int64          `json:"executionContextId"`
		Arguments []callArgument `json:"arguments,omitzero"`
		Await     bool           `json:"awaitPromise,omitzero"`
		ByValue   bool           `json:"returnByValue,omitzero"`
		Silent    bool           `json:"silent"`
	}
	// EvaluateParams are a script that is to run as one of the page's own.
	EvaluateParams struct {
		Expression string `json:"expression"`
		Context    int64  `json:"contextId,omitzero"`
		Await      bool   `json:"awaitPromise,omitzero"`
		ByValue    bool   `json:"returnByValue,omitzero"`
		Gesture    bool   `json:"userGesture,omitzero"`
		Silent     bool   `json:"silent,omitzero"`
	}
	// Evaluated is what a script gave, or the exception that it threw.
	Evaluated struct {
		Result struct {
			Type     string       `json:"type"`
			Subtype  string       `json:"subtype"`
			Value    jsonv2.Value `json:"value"`
			Number   string       `json:"unserializableValue"`
			ObjectID string       `json:"objectId"`
		} `json:"result"`
		Exception *struct {
			Text      string `json:"text"`
			Exception struct {
				Description string `json:"description"`
			} `json:"exception"`
		} `json:"exceptionDetails"`
	}
)

// Thrown is the exception with its stack; empty if there is none.
func (e *Evaluated) Thrown() string {
	if e.Exception == nil {
		return ""
	}
	if d := e.Exception.Exception.Description; d != "" {
		return d
	}
	return e.Exception.Text
}

const callInPage = "function(name,a){return globalThis.__outrider[name](a)}"

// source is the script that is installed in each isolated world.
var source = inpage.Source()

// ourScript has the script installed in each document as soon as it is there, without our asking; ourScriptNext leaves
// the document out that is there already.
var ourScript, ourScriptNext = installing(true), installing(false)

func installing(now bool) jsonv2.Value {
	quoted, err := jsonv2.Marshal(map[string]any{"source": source, "worldName": worldName, "runImmediately": now})
	if err != nil {
		panic(err) // it is constant
	}
	return quoted
}

// Ask calls a function of the in-page script in a frame and decodes its answer. A document that is replaced
// meanwhile is asked again: argument is called for each try.
func (p *Page) Ask(ctx context.Context, id cdp.FrameID, function string, argument func() any, answer any) error {
	for {
		err := p.AskOnce(ctx, id, function, argument(), answer)
		if err == nil || !Replaced(err) {
			return err
		}
		if id != p.MainFrame {
			return fmt.Errorf("%w: %w", ErrFrameGone, err)
		}
		// The new document is there as soon as the navigation has come about.
		if err := p.Until(ctx, func() bool { return !p.Navigating() }); err != nil {
			return err
		}
		if !Pause(ctx, 2*time.Millisecond) {
			return context.Cause(ctx)
		}
	}
}

// Pause waits so long, and gives false when ctx ends first.
func Pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Replaced reports whether an error says that the document, or its frame, is no longer there.
func Replaced(err error) bool {
	var e *cdproto.Error
	return errors.As(err, &e) && (e.Code == -32000 || e.Code == -32001 || e.Code == -32602)
}

// AskOnce is [Page.Ask] without another try: the error of a document that is replaced meanwhile is one of [Replaced].
func (p *Page) AskOnce(ctx context.Context, id cdp.FrameID, function string, argument, answer any) error {
	s, err := p.FrameSession(ctx, id)
	if err != nil {
		return err
	}
	world, installed, err := p.world(ctx, s, id)
	if err != nil {
		return err
	}
	var install *wire.Reply
	if !installed {
		install, err = s.Send(ctx, "Runtime.evaluate", EvaluateParams{Expression: source, Context: world, Silent: true})
		if err != nil {
			return err
		}
	}
	call, err := s.Send(ctx, "Runtime.callFunctionOn", callParams{
		Function: callInPage, Context: world, Await: true, ByValue: true, Silent: true,
		Arguments: []callArgument{{function}, {argument}},
	})
	if err != nil {
		return err
	}
	if install != nil {
		var res Evaluated
		if err := install.Wait(ctx, &res); err != nil {
			p.forgetWorld(id, world)
			return err
		}
		if res.Exception != nil {
			return fmt.Errorf("installing our script in the page: %s", res.Thrown())
		}
	}
	var res Evaluated
	if err := call.Wait(ctx, &res); err != nil {
		if Replaced(err) {
			p.forgetWorld(id, world)
		}
		return err
	}
	if res.Exception != nil {
		return fmt.Errorf("our script in the page: %s", res.Thrown())
	}
	if answer == nil || len(res.Result.Value) == 0 {
		return nil
	}
	return jsonv2.Unmarshal(res.Result.Value, answer)
}

// worldCreated notes the isolated world of a new document: our script has run in it.
func (p *Page) worldCreated(s *wire.Session, params jsonv2.Value) {
	e, ok := wire.Decode[contextEvent](params)
	if !ok || e.Context.Name != worldName {
		return
	}
	p.Lock()
	defer p.Unlock()
	f := p.frame(e.Context.Aux.FrameID)
	f.session, f.world = s, e.Context.ID
	if f.id == p.MainFrame {
		p.Book.WorldOfDocument(e.Context.ID)
	}
	p.Bump()
}

// world gives the isolated world of a frame's document. A document that has just come gets its world in a
// moment; where none comes, as in a document that runs no scripts, it is made.
func (p *Page) world(ctx context.Context, s *wire.Session, id cdp.FrameID) (world int64, installed bool, err error) {
	moment, cancel := context.WithTimeout(ctx, worldTime)
	generation := 0
	err = p.Until(moment, func() bool {
		f := p.frame(id)
		world, generation = f.world, f.generation
		return world != 0
	})
	cancel()
	if err == nil {
		return world, true, nil
	}
	var res struct {
		Context int64 `json:"executionContextId"`
	}
	err = s.Call(ctx, "Page.createIsolatedWorld", map[string]any{"frameId": id, "worldName": worldName}, &res)
	if err != nil {
		return 0, false, err
	}
	p.Lock()
	if f := p.frame(id); f.generation == generation {
		f.world = res.Context
	}
	p.Unlock()
	return res.Context, false, nil
}

func (p *Page) forgetWorld(id cdp.FrameID, world int64) {
	p.Lock()
	if f := p.frames[id]; f != nil && f.world == world {
		f.world = 0
	}
	p.Unlock()
}

// Remaining is the part of ctx's time that a wait in the page may take.
func Remaining(ctx context.Context) time.Duration {
	end, ok := ctx.Deadline()
	if !ok {
		return time.Minute
	}
	left := time.Until(end)
	return max(left-max(Margin, min(left/10, time.Second)), time.Millisecond)
}

// Put asks a frame one question, with the time that is left. Where the answer may be in a closed shadow root, the
// script is let into them, and asked again.
func (p *Page) Put(ctx context.Context, id cdp.FrameID, q inpage.Query) (inpage.Answer, error) {
	var a inpage.Answer
	q.TestID, q.Mask = p.TestID, p.Mask
	q.Grace = Grace.Milliseconds()
	patient, end := patiently(ctx)
	defer end()
	for looks := 0; ; looks++ {
		q.Closed = p.doubt(looks)
		a = inpage.Answer{}
		err := p.Ask(patient, id, "wait", func() any {
			if q.Timeout != 0 {
				q.Timeout = Remaining(ctx).Milliseconds()
			}
			return q
		}, &a)
		if err != nil {
			return a, err
		}
		if a.Kind != "closed" {
			break
		}
		if err := p.reveal(ctx, id); err != nil && !Replaced(err) {
			return a, err
		}
	}
	switch a.Kind {
	case "wrong":
		return a, &probes.Failure{Reason: probes.Config, Message: a.Why}
	case "broken":
		return a, fmt.Errorf("our script in the page: %s", a.Why)
	}
	return a, nil
}

// patiently gives a context that ends as ctx does, but a little later when it is the time that is over.
func patiently(ctx context.Context) (context.Context, func()) {
	patient, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if context.Cause(ctx) == context.DeadlineExceeded {
			Pause(patient, late)
		}
		cancel(context.Cause(ctx))
	})
	return patient, func() {
		stop()
		cancel(context.Canceled)
	}
}

const (
	// closedDoubt is how long something is looked for in vain before the browser is asked for closed shadow roots,
	// and closedDoubtAgain on pages that are known to have some.
	closedDoubt      = 300 * time.Millisecond
	closedDoubtAgain = 20 * time.Millisecond
	// closedLooks bounds how often one wait asks for them.
	closedLooks = 2
)

// doubt is how many milliseconds a wait looks in vain before it asks for closed shadow roots; zero: it does not.
func (p *Page) doubt(looks int) int64 {
	p.Lock()
	defer p.Unlock()
	switch {
	case looks >= closedLooks:
		return 0
	case p.closedRoots:
		return closedDoubtAgain.Milliseconds()
	}
	return closedDoubt.Milliseconds()
}

// Read asks a frame what is there now. Where the answer may be in a closed shadow root, the script is let into them, and
// asked again.
func (p *Page) Read(ctx context.Context, id cdp.FrameID, q inpage.Query) (inpage.Answer, error) {
	q.TestID, q.Mask = p.TestID, p.Mask
	for looks := 0; ; looks++ {
		q.Closed = p.doubt(looks)
		var answer inpage.Answer
		err := p.Ask(ctx, id, "read", func() any { return q }, &answer)
		if err != nil || answer.Kind != "closed" {
			return answer, err
		}
		if err := p.reveal(ctx, id); err != nil && !Replaced(err) {
			return answer, err
		}
	}
}
