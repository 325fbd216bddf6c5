package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// secretFields are the places that a secret comes from.
func secretFields() []field[Secret] {
	return []field[Secret]{
		{"env", "environment variable that holds it", textSchema(), func(p *parser, n *document.Node, s *Secret) {
			s.Env, _ = p.r.Text(n)
		}},
		{"file", "file that holds it", textSchema(), func(p *parser, n *document.Node, s *Secret) {
			s.File, _ = p.r.Text(n)
		}},
	}
}

func readSecrets(p *parser, n *document.Node, j *Journey) {
	for _, e := range p.r.Map(n).Entries() {
		s := Secret{Name: p.identifier(e), Pos: e.KeyPos}
		// The secret is known even if its source is wrong: that is one mistake, not one for each use.
		j.Secrets = append(j.Secrets, s)
		if e.Value.Kind == document.Text {
			p.r.Problem(e.Value, "a secret does not stand in the file", "write {env: VARIABLE} or {file: PATH}")
			continue
		}
		before := p.r.Count()
		readFields(p, e.Value, secretFields(), &s)
		if p.r.Count() == before && (s.Env == "") == (s.File == "") {
			p.r.Problem(e.Value, "want exactly one of env and file", "")
		}
		j.Secrets[len(j.Secrets)-1] = s
	}
}
