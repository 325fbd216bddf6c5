package wire

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
)

// outside is what surrounds the body of a session's message: an event has a method, an answer an id.
type outside struct {
	session target.SessionID
	method  string
	id      int64
	// body are the event's parameters or the answer's result; refused says that it is neither but an error.
	body    jsonv2.Value
	refused bool
}

// readOutside reads a session's message from its two ends and leaves its body alone: most of what a browser says is
// long, and nobody wants to know it. It gives false for what is not written as Chromium writes it, and for what
// belongs to no session. That the last member of the outermost object is what ends right before the frame's last
// brace holds for any JSON; the browser writes no other.
func readOutside(frame []byte) (o outside, ok bool) {
	rest, ok := bytes.CutSuffix(frame, []byte(`"}`))
	if !ok {
		return o, false
	}
	const last = `,"sessionId":"`
	at := bytes.LastIndex(rest[max(0, len(rest)-100):], []byte(last))
	if at < 0 {
		return o, false
	}
	at += max(0, len(rest)-100)
	id := rest[at+len(last):]
	if len(id) == 0 || bytes.ContainsAny(id, `"\`) {
		return o, false
	}
	o.session = target.SessionID(id)
	rest = rest[:at]
	if event, ok := bytes.CutPrefix(rest, []byte(`{"method":"`)); ok {
		end := bytes.IndexByte(event, '"')
		if end < 0 {
			return o, false
		}
		if o.method = string(event[:end]); strings.ContainsRune(o.method, '\\') {
			return o, false
		}
		o.body, ok = bytes.CutPrefix(event[end:], []byte(`","params":`))
		return o, ok
	}
	answer, ok := bytes.CutPrefix(rest, []byte(`{"id":`))
	if !ok {
		return o, false
	}
	end := bytes.IndexByte(answer, ',')
	if end < 0 {
		return o, false
	}
	var err error
	if o.id, err = strconv.ParseInt(string(answer[:end]), 10, 64); err != nil {
		return o, false
	}
	if o.body, ok = bytes.CutPrefix(answer[end:], []byte(`,"result":`)); ok {
		return o, true
	}
	o.body, o.refused = bytes.CutPrefix(answer[end:], []byte(`,"error":`))
	return o, o.refused
}

// appendCommand writes a session's command, with the zero byte that ends it.
func appendCommand(b []byte, id int64, session target.SessionID, method string, params []byte) []byte {
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, id, 10)
	b = append(b, `,"method":"`...)
	b = append(b, method...)
	if params != nil {
		b = append(b, `","params":`...)
		b = append(b, params...)
		b = append(b, `,"sessionId":"`...)
	} else {
		b = append(b, `","sessionId":"`...)
	}
	b = append(b, session...)
	return append(b, "\"}\x00"...)
}
