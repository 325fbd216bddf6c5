package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// journeyFields are the keys of a journey, in the order in which they are read: what a step may use comes before
// the steps.
func journeyFields() []field[journeys.Journey] {
	return []field[journeys.Journey]{
		{"journey", "identity of the journey, everywhere: a-z, 0-9, - and _", nameSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Name = p.journeyName(n)
		}},
		{"title", "what a customer does, for people", textSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Title = p.label(n, 200)
		}},
		{"team", "who owns the journey: routes its pages", textSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Team = p.label(n, 64)
		}},
		{"tags", "words to select journeys by", textsSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Tags = p.r.Texts(n)
			p.checkLabels(n, j.Tags)
		}},
		{"runbook", "URL of what to do when it breaks", textSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Runbook = p.webAddress(n)
		}},
		{"every", "interval between runs, such as 1m", durationSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Schedule.Every = p.positive(n)
		}},
		{"cron", "five-field cron expression, instead of every", textSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Schedule.Cron = p.cron(n)
		}},
		{"timezone", "IANA time zone that the hours of cron and severity are read in", textSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Schedule.Timezone = p.timezone(n)
		}},
		{"timeout", "bound of one attempt, finally steps apart", durationSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Timeout = p.positive(n)
		}},
		{"secrets", "where secrets come from: {name: {env: VARIABLE}}, {file: PATH}, {secretsmanager: NAME} or {ssm: NAME}", mapSchema(refSchema("secret")), readSecrets},
		{"vars", "variables, evaluated at the start of each attempt", mapSchema(textSchema()), readVars},
		{"environments", "other values of variables, by environment: {staging: {shop: URL}}; outrider run --env staging", mapSchema(mapSchema(textSchema())), readEnvironments},
		{"defaults", "keys that all steps have where they say nothing themselves", refSchema("defaults"), func(p *parser, n *document.Node, _ *journeys.Journey) {
			p.under(n) // for the whole journey
		}},
		{"browser", "conditions of the browser steps", refSchema("browser"), func(p *parser, n *document.Node, j *journeys.Journey) {
			readFields(p, n, browserFields(), &j.Browser)
		}},
		{"evidence", "which attempts leave evidence: failure, always, never, or {when, har, film}", evidenceSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Evidence = p.evidence(n)
		}},
		{"mask", "what is covered in pictures and left out of texts, in the page and all of its frames", refSchema("locators"), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Mask = p.masks(n)
		}},
		{"third_party", "which hosts are the journey's own, and which others may fail", refSchema("third_party"), func(p *parser, n *document.Node, j *journeys.Journey) {
			readFields(p, n, thirdPartyFields(), &j.ThirdParty)
		}},
		{"steps", "what the customer does, in order", stepsSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Steps = p.steps(n)
		}},
		{"finally", "steps that always run: after a pass, a failure, a timeout", stepsSchema(), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Finally = p.steps(n)
		}},
		{"publish", "values for other journeys, which read them as journeys.NAME.value", mapSchema(textSchema()), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.Publish = p.bindings(n, anywhere)
			p.checkPublished(n, j.Publish)
		}},
		{"alert", "when the journey pages", refSchema("alert"), func(p *parser, n *document.Node, j *journeys.Journey) {
			readFields(p, n, alertFields(), &j.Alert)
			p.dependencies(n)
		}},
		{"session", "sign in for others, {save: shop, for: 1h}, or begin signed in, {use: shop}", refSchema("session"), readSession},
		{"slo", "objective of the journey", refSchema("slo"), func(p *parser, n *document.Node, j *journeys.Journey) {
			j.SLO = &journeys.SLO{}
			readFields(p, n, sloFields(), j.SLO).Need("objective", "window")
		}},
	}
}
