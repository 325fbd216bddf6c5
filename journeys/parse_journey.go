package journeys

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// journeyFields are the keys of a journey, in the order in which they are read: what a step may use comes before
// the steps.
func journeyFields() []field[Journey] {
	return []field[Journey]{
		{"journey", "identity of the journey, everywhere: a-z, 0-9, - and _", nameSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Name = p.journeyName(n)
		}},
		{"title", "what a customer does, for people", textSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Title = p.label(n, 200)
		}},
		{"team", "who owns the journey: routes its pages", textSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Team = p.label(n, 64)
		}},
		{"tags", "words to select journeys by", textsSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Tags = p.r.Texts(n)
			p.checkLabels(n, j.Tags)
		}},
		{"runbook", "URL of what to do when it breaks", textSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Runbook = p.webAddress(n)
		}},
		{"every", "interval between runs, such as 1m", durationSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Schedule.Every = p.positive(n)
		}},
		{"cron", "five-field cron expression, instead of every", textSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Schedule.Cron = p.cron(n)
		}},
		{"timezone", "IANA time zone that cron is read in", textSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Schedule.Timezone = p.timezone(n)
		}},
		{"timeout", "bound of one attempt, finally steps apart", durationSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Timeout = p.positive(n)
		}},
		{"secrets", "where secrets come from: {name: {env: VARIABLE}} or {name: {file: PATH}}", mapSchema(refSchema("secret")), readSecrets},
		{"vars", "variables, evaluated at the start of each attempt", mapSchema(textSchema()), readVars},
		{"browser", "conditions of the browser steps", refSchema("browser"), func(p *parser, n *document.Node, j *Journey) {
			readFields(p, n, browserFields(), &j.Browser)
		}},
		{"steps", "what the customer does, in order", stepsSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Steps = p.steps(n)
		}},
		{"finally", "steps that always run: after a pass, a failure, a timeout", stepsSchema(), func(p *parser, n *document.Node, j *Journey) {
			j.Finally = p.steps(n)
		}},
		{"publish", "values for other journeys, which read them as journeys.NAME.value", mapSchema(textSchema()), func(p *parser, n *document.Node, j *Journey) {
			j.Publish = p.bindings(n, anywhere)
		}},
		{"alert", "when the journey pages", refSchema("alert"), func(p *parser, n *document.Node, j *Journey) {
			readFields(p, n, alertFields(), &j.Alert)
			p.dependencies(n)
		}},
		{"slo", "objective of the journey", refSchema("slo"), func(p *parser, n *document.Node, j *Journey) {
			j.SLO = &SLO{}
			readFields(p, n, sloFields(), j.SLO).Need("objective", "window")
		}},
	}
}

func browserFields() []field[Browser] {
	return []field[Browser]{
		{"viewport", "width x height in CSS pixels, such as 1280x800", viewportSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.Width, b.Height = p.viewport(n)
		}},
		{"locale", "language of the browser, such as en-GB", textSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.Locale, _ = p.r.Text(n)
			if !isLocale(b.Locale) {
				p.r.Problem(n, fmt.Sprintf("want a language tag, got %q", b.Locale), "such as en-GB")
			}
		}},
		{"block", "URL patterns with * whose requests are refused", textsSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.Block = p.r.Texts(n)
		}},
		{"test_id_attribute", "attribute behind testid locators", textSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.TestIDAttribute, _ = p.r.Text(n)
			if strings.Trim(b.TestIDAttribute, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				p.r.Problem(n, fmt.Sprintf("%q is no name of an attribute", b.TestIDAttribute), "such as data-testid")
			}
		}},
	}
}

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

func sloFields() []field[SLO] {
	return []field[SLO]{
		{"objective", "percent of judged runs that pass, such as 99.9", numberSchema(), func(p *parser, n *document.Node, s *SLO) {
			var ok bool
			if s.Objective, ok = p.r.Float(n); ok && (s.Objective <= 0 || s.Objective >= 100) {
				p.r.Problem(n, fmt.Sprintf("want more than 0 and less than 100 percent, got %s", n.Value), "")
			}
		}},
		{"window", "time over which the objective is measured, such as 28d", durationSchema(), func(p *parser, n *document.Node, s *SLO) {
			s.Window = p.positive(n)
		}},
	}
}

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

func readVars(p *parser, n *document.Node, j *Journey) {
	entries := p.r.Map(n).Entries()
	for _, e := range entries {
		if _, ok := p.saves[e.Key]; !ok {
			p.saves[e.Key] = e.KeyPos
		}
	}
	for _, e := range entries {
		j.Vars = append(j.Vars, Var{Name: p.identifier(e), Value: p.template(e.Value), Pos: e.KeyPos})
		p.known[e.Key] = true
	}
}

// bindings reads a map of expressions.
func (p *parser) bindings(n *document.Node, at place) []Binding {
	var bs []Binding
	for _, e := range p.r.Map(n).Entries() {
		name := p.identifier(e)
		if expr, ok := p.expr(e.Value, at); ok {
			bs = append(bs, Binding{Name: name, Expr: expr, Pos: e.KeyPos})
		}
	}
	return bs
}

// identifier reads a key that expressions use as a name.
func (p *parser) identifier(e document.Entry) string {
	if !isIdentifier(e.Key) {
		p.r.ProblemAt(e.KeyPos, e.Value.Path(), fmt.Sprintf("%q cannot be a name in expressions", e.Key),
			"want letters, digits and _, a letter first")
	}
	return e.Key
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}

const maxName = 64

func (p *parser) journeyName(n *document.Node) string {
	name, ok := p.r.Text(n)
	if !ok {
		return ""
	}
	if isJourneyName(name) {
		return name
	}
	hint := "want a-z, 0-9, - and _, at most 64 characters, a letter or digit first"
	if slug := slug(name); isJourneyName(slug) {
		hint += "; such as " + slug
	}
	p.r.Problem(n, fmt.Sprintf("%q cannot be the name of a journey", name), hint)
	return name
}

func isJourneyName(s string) bool {
	return s != "" && len(s) <= maxName && s[0] != '-' && s[0] != '_' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool {
		return r != '_' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
	return strings.Join(words, "-")
}

// label reads a text that becomes a label or a line that people read: one short line, without expressions, so
// that no secret can be in it.
func (p *parser) label(n *document.Node, limit int) string {
	text, ok := p.r.Text(n)
	switch {
	case !ok:
	case strings.TrimSpace(text) == "":
		p.r.Problem(n, "is empty", "")
	case strings.Contains(text, opening):
		p.r.Problem(n, "expressions cannot be used here", "this text is a label in metrics and pages, and must not change or hold a secret")
	case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }):
		p.r.Problem(n, "holds a line break or a control character", "")
	case len([]rune(text)) > limit:
		p.r.Problem(n, fmt.Sprintf("is longer than %d characters", limit), "")
	}
	return text
}

// checkLabels refuses expressions in a list of labels.
func (p *parser) checkLabels(n *document.Node, labels []string) {
	for _, l := range labels {
		if strings.Contains(l, opening) || strings.TrimSpace(l) == "" {
			p.r.Problem(n, fmt.Sprintf("%q cannot be a label", l), "labels are written out")
		}
	}
}

func (p *parser) webAddress(n *document.Node) string {
	text, ok := p.r.Text(n)
	if ok && !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") {
		p.r.Problem(n, fmt.Sprintf("want a URL, got %q", text), "it begins with https:// or http://")
	}
	return text
}

func (p *parser) positive(n *document.Node) time.Duration {
	d, ok := p.r.Duration(n)
	if ok && d == 0 {
		p.r.Problem(n, "must be more than 0", "")
	}
	return d
}

func (p *parser) count(n *document.Node, least, most int) int {
	i, ok := p.r.Int(n)
	if ok && (i < least || i > most) {
		p.r.Problem(n, fmt.Sprintf("want a number from %d to %d, got %d", least, most, i), "")
	}
	return i
}

// cron reads a cron expression with the parser that the schedule uses.
func (p *parser) cron(n *document.Node) string {
	text, ok := p.r.Text(n)
	if !ok {
		return ""
	}
	if strings.Contains(text, "TZ=") {
		p.r.Problem(n, "a time zone cannot stand in the cron expression", "write timezone: Europe/London beside it")
		return text
	}
	fields := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	schedule, err := fields.Parse(text)
	if err != nil {
		p.r.Problem(n, fmt.Sprintf("%q is no cron expression: %v", text, err),
			`five fields: minute, hour, day of month, month, day of week, such as "*/5 7-23 * * *"`)
		return text
	}
	if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
		p.r.Problem(n, fmt.Sprintf("%q is never due", text), "")
	}
	return text
}

func (p *parser) timezone(n *document.Node) *time.Location {
	text, ok := p.r.Text(n)
	if !ok {
		return nil
	}
	zone, err := time.LoadLocation(text)
	if err != nil || text == "" || text == "Local" {
		p.r.Problem(n, fmt.Sprintf("unknown time zone %q", text), "such as Europe/London")
		return nil
	}
	return zone
}

func (p *parser) viewport(n *document.Node) (width, height int) {
	text, ok := p.r.Text(n)
	if !ok {
		return 0, 0
	}
	w, h, _ := strings.Cut(text, "x")
	width, err := strconv.Atoi(w)
	if err == nil {
		height, err = strconv.Atoi(h)
	}
	if err != nil || width < 100 || height < 100 || width > 10_000 || height > 10_000 {
		p.r.Problem(n, fmt.Sprintf("want width x height, got %q", text), "such as 1280x800")
		return 0, 0
	}
	return width, height
}

// isLocale accepts tags of the form of BCP 47: en, en-GB, zh-Hant-TW.
func isLocale(tag string) bool {
	for i, part := range strings.Split(tag, "-") {
		if len(part) < 2 && i == 0 || len(part) < 1 || len(part) > 8 || !isIdentifier("a"+part) || strings.Contains(part, "_") {
			return false
		}
	}
	return true
}
