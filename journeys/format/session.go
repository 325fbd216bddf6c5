package format

import (
	"fmt"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

func sessionFields() []field[journeys.Session] {
	name := func(p *parser, n *document.Node) string {
		text, ok := p.r.Text(n)
		if ok && !journeys.IsIdentifier(text) {
			p.r.Problem(n, fmt.Sprintf("%q cannot be the name of a session", text), "want letters, digits and _, a letter first")
		}
		return text
	}
	return []field[journeys.Session]{
		{"save", "name of the session that the journey signs in for", textSchema(), func(p *parser, n *document.Node, s *journeys.Session) { s.Save = name(p, n) }},
		{"use", "name of the session that the journey begins with", textSchema(), func(p *parser, n *document.Node, s *journeys.Session) { s.Use = name(p, n) }},
		{"for", "how long a saved session is good, such as 1h", durationSchema(), func(p *parser, n *document.Node, s *journeys.Session) { s.For = p.positive(n) }},
	}
}

func readSession(p *parser, n *document.Node, j *journeys.Journey) {
	s := &journeys.Session{Pos: n.Pos}
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

// sessions finds sessions that nobody saves, and those that two journeys save.
func (s *set) sessions(all []journeys.Journey) {
	for i := range all {
		session := all[i].Session
		switch {
		case session == nil:
		case session.Use != "" && journeys.Saver(all, session.Use) == nil:
			var names []string
			for _, j := range all {
				if j.Session != nil && j.Session.Save != "" {
					names = append(names, j.Session.Save)
				}
			}
			s.r.ProblemAt(session.Pos, "session", fmt.Sprintf("no journey saves the session %q", session.Use), document.DidYouMean(session.Use, names))
		case session.Save != "" && journeys.Saver(all, session.Save) != &all[i] && journeys.Saver(all, session.Save).Name != all[i].Name:
			s.r.ProblemAt(session.Pos, "session", fmt.Sprintf("the journey %q saves the session %q too", journeys.Saver(all, session.Save).Name, session.Save), "one journey signs in")
		}
	}
}
