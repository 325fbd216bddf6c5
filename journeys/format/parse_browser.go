package format

import (
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// browserFields are the conditions that a journey sets for its browser steps: those that steps can change, and
// those that hold from its beginning to its end.
func browserFields() []field[journeys.Browser] {
	var fields []field[journeys.Browser]
	for _, f := range conditionFields() {
		fields = append(fields, field[journeys.Browser]{f.key, f.doc, f.schema, func(p *parser, n *document.Node, b *journeys.Browser) {
			f.read(p, n, &b.Conditions)
		}})
	}
	return append(fields, lastingFields()...)
}

// browserDefinitions are the pieces of the JSON Schema that the browser's conditions refer to.
func browserDefinitions() map[string]schema {
	return map[string]schema{
		"browser":     object(browserFields()),
		"session":     object(sessionFields()),
		"geolocation": object(placeFields(), "latitude", "longitude"),
	}
}

// loginFields are a customer's credentials.
func loginFields() []field[journeys.BasicAuth] {
	return []field[journeys.BasicAuth]{
		{"username", "user name", textSchema(), func(p *parser, n *document.Node, a *journeys.BasicAuth) { a.Username = p.template(n) }},
		{"password", "password: ${{ secrets.NAME }}", textSchema(), func(p *parser, n *document.Node, a *journeys.BasicAuth) { a.Password = p.template(n) }},
	}
}

func lastingFields() []field[journeys.Browser] {
	return []field[journeys.Browser]{
		{"device", "telephone or tablet that the browser pretends to be, such as iPhone 15", enumSchema(deviceNames()...), func(p *parser, n *document.Node, b *journeys.Browser) {
			name, ok := p.r.Enum(n, deviceNames()...)
			for _, d := range journeys.Devices() {
				if ok && d.Name == name {
					b.Device = &d
				}
			}
		}},
		{"locale", "language of the browser, such as en-GB", textSchema(), func(p *parser, n *document.Node, b *journeys.Browser) {
			b.Locale, _ = p.r.Text(n)
			if !isLocale(b.Locale) {
				p.r.Problem(n, fmt.Sprintf("want a language tag, got %q", b.Locale), "such as en-GB")
			}
		}},
		{"timezone", "IANA time zone that pages see, such as Europe/Berlin", textSchema(), func(p *parser, n *document.Node, b *journeys.Browser) {
			if zone := p.timezone(n); zone != nil {
				b.Timezone = zone.String()
			}
		}},
		{"block", "requests that are refused: URL patterns with *, or the lists analytics and ads", textsSchema(), readBlock},
		{"headers", "added to requests to the journey's own hosts", mapSchema(textsSchema()), readExtraHeaders},
		{"auth", "for the journey's own hosts, basic or digest as they ask", object(loginFields(), "username", "password"), func(p *parser, n *document.Node, b *journeys.Browser) {
			b.Auth = &journeys.BasicAuth{}
			readFields(p, n, loginFields(), b.Auth).Need("username", "password")
		}},
		{"dialogs", "answers to dialogs by kind: {confirm: accept, prompt: {accept: TEXT}}", mapSchema(answerSchema()), readDialogs},
		{"test_id_attribute", "attribute behind testid locators", textSchema(), func(p *parser, n *document.Node, b *journeys.Browser) {
			b.TestIDAttribute, _ = p.r.Text(n)
			if strings.Trim(b.TestIDAttribute, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				p.r.Problem(n, fmt.Sprintf("%q is no name of an attribute", b.TestIDAttribute), "such as data-testid")
			}
		}},
	}
}

func readBlock(p *parser, n *document.Node, b *journeys.Browser) {
	for _, entry := range p.r.Texts(n) {
		if len(blocked(entry)) == 1 && !strings.ContainsAny(entry, "*/.:") {
			hint := document.DidYouMean(entry, blockListNames())
			if hint == "" {
				hint = "such as *://*.ads.example/*, or one of the lists " + strings.Join(blockListNames(), ", ")
			}
			p.r.Problem(n, fmt.Sprintf("%q is neither a URL pattern nor a list", entry), hint)
		}
		b.Block = append(b.Block, blocked(entry)...)
	}
}

// isLocale accepts tags of the form of BCP 47: en, en-GB, zh-Hant-TW.
func isLocale(tag string) bool {
	for i, part := range strings.Split(tag, "-") {
		if len(part) < 2 && i == 0 || len(part) < 1 || len(part) > 8 || !journeys.IsIdentifier("a"+part) || strings.Contains(part, "_") {
			return false
		}
	}
	return true
}

// networks are the speeds that have names. The numbers are WebPageTest's.
func networks() map[string]journeys.Network {
	const kilobit = 1000.0 / 8
	return map[string]journeys.Network{
		"unlimited": {},
		"slow-3g":   {Latency: 400 * time.Millisecond, Download: 400 * kilobit, Upload: 400 * kilobit},
		"3g":        {Latency: 300 * time.Millisecond, Download: 1600 * kilobit, Upload: 768 * kilobit},
		"4g":        {Latency: 170 * time.Millisecond, Download: 9000 * kilobit, Upload: 9000 * kilobit},
	}
}
