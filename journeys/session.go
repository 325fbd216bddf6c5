package journeys

import (
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Session says that a journey signs in for others, or that it begins where another has signed in. Exactly one of Save and Use
// is set: the name of the session.
type Session struct {
	Save, Use string
	// For is how long a saved session is good.
	For time.Duration
	pos document.Pos
}

func sessionFields() []field[Session] {
	name := func(p *parser, n *document.Node) string {
		text, ok := p.r.Text(n)
		if ok && !isIdentifier(text) {
			p.r.Problem(n, fmt.Sprintf("%q cannot be the name of a session", text), "want letters, digits and _, a letter first")
		}
		return text
	}
	return []field[Session]{
		{"save", "name of the session that the journey signs in for", textSchema(), func(p *parser, n *document.Node, s *Session) { s.Save = name(p, n) }},
		{"use", "name of the session that the journey begins with", textSchema(), func(p *parser, n *document.Node, s *Session) { s.Use = name(p, n) }},
		{"for", "how long a saved session is good, such as 1h", durationSchema(), func(p *parser, n *document.Node, s *Session) { s.For = p.positive(n) }},
	}
}

func readSession(p *parser, n *document.Node, j *Journey) {
	s := &Session{pos: n.Pos}
	before := p.r.Count()
	m := readFields(p, n, sessionFields(), s)
	switch {
	case p.r.Count() > before:
	case (s.Save == "") == (s.Use == ""):
		p.r.Problem(n, "want one of save and use", "{save: shop, for: 1h} where it signs in, {use: shop} in others")
	case s.Save != "" && s.For == 0:
		p.r.Problem(n, "for is missing: how long is the session good?", "such as {save: shop, for: 1h}")
	case s.Use != "" && s.For != 0:
		p.r.ProblemAt(m.KeyPos("for"), n.Path(), "for goes with save", "")
	}
	j.Session = s
}

// Saver is the journey that signs in for a session, or nil.
func Saver(all []Journey, session string) *Journey {
	for i := range all {
		if s := all[i].Session; s != nil && s.Save == session {
			return &all[i]
		}
	}
	return nil
}

// sessions finds sessions that nobody saves, and those that two journeys save.
func (s *set) sessions(all []Journey) {
	for i := range all {
		session := all[i].Session
		switch {
		case session == nil:
		case session.Use != "" && Saver(all, session.Use) == nil:
			var names []string
			for _, j := range all {
				if j.Session != nil && j.Session.Save != "" {
					names = append(names, j.Session.Save)
				}
			}
			s.r.ProblemAt(session.pos, "session", fmt.Sprintf("no journey saves the session %q", session.Use), document.DidYouMean(session.Use, names))
		case session.Save != "" && Saver(all, session.Save) != &all[i] && Saver(all, session.Save).Name != all[i].Name:
			s.r.ProblemAt(session.pos, "session", fmt.Sprintf("the journey %q saves the session %q too", Saver(all, session.Save).Name, session.Save), "one journey signs in")
		}
	}
}
