package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// alertFields are the policy that decides when a journey pages.
func alertFields() []field[Alert] {
	return []field[Alert]{
		{"open_after", "consecutive failed runs that open an incident", countSchema(1), func(p *parser, n *document.Node, a *Alert) {
			a.OpenAfter = p.count(n, 1, 100)
		}},
		{"close_after", "consecutive passed runs that close it", countSchema(1), func(p *parser, n *document.Node, a *Alert) {
			a.CloseAfter = p.count(n, 1, 100)
		}},
		{"confirm", "how often a failed attempt is repeated at once", countSchema(0), func(p *parser, n *document.Node, a *Alert) {
			c := p.count(n, 0, 5)
			a.Confirm = &c
		}},
		{"severity", "how bad it is", enumSchema(severities()...), func(p *parser, n *document.Node, a *Alert) {
			a.Severity, _ = p.r.Enum(n, severities()...)
		}},
		{"remind", "how often an open incident is paged again, or never", remindSchema(), func(p *parser, n *document.Node, a *Alert) {
			if n.Kind == document.Text && n.Value == "never" {
				a.Remind = -1
				return
			}
			a.Remind = p.positive(n)
		}},
		{"depends_on", "journeys whose incident explains this one's", textsSchema(), func(p *parser, n *document.Node, a *Alert) {
			a.DependsOn = p.r.Texts(n)
		}},
	}
}

func severities() []string { return []string{"critical", "error", "warning", "info"} }

// dependencies notes where depends_on names its journeys.
func (p *parser) dependencies(alert *document.Node) {
	for _, e := range alert.Entries {
		if e.Key != "depends_on" {
			continue
		}
		items := e.Value.Items
		if e.Value.Kind == document.Text {
			items = []*document.Node{e.Value}
		}
		for _, item := range items {
			p.journey.depends = append(p.journey.depends, reference{journey: item.Value, pos: item.Pos, path: item.Path()})
		}
	}
}
