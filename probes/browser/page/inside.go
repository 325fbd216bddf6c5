package page

import (
	"context"
	"fmt"

	"github.com/chromedp/cdproto/cdp"
)

// Kept gives the element that a frame's document keeps under a key, as an object of the protocol.
func (p *Page) Kept(ctx context.Context, in cdp.FrameID, key string) (object string, err error) {
	p.Lock()
	f := p.frame(in)
	s, world := f.session, f.world
	p.Unlock()
	var res Evaluated
	err = s.Call(ctx, "Runtime.callFunctionOn", callParams{
		Function: callInPage, Context: world, Arguments: []callArgument{{"kept"}, {key}}, Silent: true,
	}, &res)
	if err != nil && Replaced(err) {
		err = fmt.Errorf("%w: %w", ErrFrameGone, err)
	}
	return res.Result.ObjectID, err
}

// ContentFrame gives the id of the frame behind a frame element that the document keeps. The number is the element's own:
// what was behind it is not asked for again as long as that frame is there.
func (p *Page) ContentFrame(ctx context.Context, in cdp.FrameID, key string, number int) (cdp.FrameID, error) {
	p.Lock()
	around := p.frame(in)
	generation := around.generation
	if id := around.behind[number]; p.frames[id] != nil {
		p.Unlock()
		return id, nil
	}
	p.Unlock()
	id, err := p.askContentFrame(ctx, in, key)
	p.Lock()
	defer p.Unlock()
	if err == nil && around.generation == generation {
		if around.behind == nil {
			around.behind = map[int]cdp.FrameID{}
		}
		around.behind[number] = id
	}
	return id, err
}

func (p *Page) askContentFrame(ctx context.Context, in cdp.FrameID, key string) (cdp.FrameID, error) {
	object, err := p.Kept(ctx, in, key)
	if err != nil {
		return "", err
	}
	p.Lock()
	s := p.frame(in).session
	p.Unlock()
	var node struct {
		Node struct {
			FrameID cdp.FrameID `json:"frameId"`
		} `json:"node"`
	}
	if err := s.Call(ctx, "DOM.describeNode", map[string]any{"objectId": object}, &node); err != nil {
		if Replaced(err) {
			return "", fmt.Errorf("%w: %w", ErrFrameGone, err)
		}
		return "", err
	}
	if node.Node.FrameID == "" {
		return "", ErrFrameGone
	}
	return node.Node.FrameID, nil
}

// Elsewhere reports whether a frame lives in another process than the page.
func (p *Page) Elsewhere(id cdp.FrameID) bool {
	p.Lock()
	defer p.Unlock()
	return p.frame(id).session != p.Line
}

// Disarm lets documents have the mouse's events again, without waiting.
func (p *Page) Disarm(frames []cdp.FrameID) {
	p.Lock()
	defer p.Unlock()
	for _, id := range frames {
		if f := p.frames[id]; f != nil && f.session != nil && f.world != 0 {
			f.session.Post("Runtime.callFunctionOn", callParams{
				Function: callInPage, Context: f.world, Silent: true, Arguments: []callArgument{{"disarm"}},
			})
		}
	}
}

// Within are frames in the page that can be asked now, at most so many.
func (p *Page) Within(most int) []cdp.FrameID {
	p.Lock()
	defer p.Unlock()
	var frames []cdp.FrameID
	for id, f := range p.frames {
		if id != p.MainFrame && f.session != nil && f.world != 0 && len(frames) < most {
			frames = append(frames, id)
		}
	}
	return frames
}

// OwnerAttributes are those of the element that shows a frame of the page itself; nil for a frame in a frame.
func (p *Page) OwnerAttributes(ctx context.Context, id cdp.FrameID) map[string]string {
	p.Lock()
	parent := p.frame(p.frame(id).parent)
	s := parent.session
	nested := parent.id != p.MainFrame
	p.Unlock()
	if s == nil || nested {
		return nil
	}
	var owner struct {
		Node int64 `json:"backendNodeId"`
	}
	if s.Call(ctx, "DOM.getFrameOwner", map[string]any{"frameId": id}, &owner) != nil {
		return nil
	}
	var described struct {
		Node struct {
			Attributes []string `json:"attributes"`
		} `json:"node"`
	}
	if s.Call(ctx, "DOM.describeNode", map[string]any{"backendNodeId": owner.Node}, &described) != nil {
		return nil
	}
	attributes := map[string]string{}
	for i := 0; i+1 < len(described.Node.Attributes); i += 2 {
		attributes[described.Node.Attributes[i]] = described.Node.Attributes[i+1]
	}
	return attributes
}

// HasFrame reports whether a frame is one of the page's.
func (p *Page) HasFrame(id cdp.FrameID) bool {
	p.Lock()
	defer p.Unlock()
	_, has := p.frames[id]
	return has
}

// FrameIDs are the frames that can be asked.
func (p *Page) FrameIDs() (ids []cdp.FrameID) {
	p.Lock()
	defer p.Unlock()
	for id, f := range p.frames {
		if f.session != nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// Frame is a frame that can be asked.
type Frame struct {
	ID  cdp.FrameID
	URL string
}

// Tellable are the page and the frames that show something of their own, the page first.
func (p *Page) Tellable() []Frame {
	p.Lock()
	defer p.Unlock()
	all := []Frame{{ID: p.MainFrame}}
	for id, f := range p.frames {
		if id != p.MainFrame && f.session != nil && f.world != 0 && f.url != "" && f.url != "about:blank" && len(all) < 10 {
			all = append(all, Frame{id, f.url})
		}
	}
	return all
}
