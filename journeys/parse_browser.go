package journeys

import (
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// browserFields are the conditions that a journey sets for its browser steps: those that steps can change, and
// those that hold from its beginning to its end.
func browserFields() []field[Browser] {
	var fields []field[Browser]
	for _, f := range conditionFields() {
		fields = append(fields, field[Browser]{f.key, f.doc, f.schema, func(p *parser, n *document.Node, b *Browser) {
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
func loginFields() []field[BasicAuth] {
	return []field[BasicAuth]{
		{"username", "user name", textSchema(), func(p *parser, n *document.Node, a *BasicAuth) { a.Username = p.template(n) }},
		{"password", "password: ${{ secrets.NAME }}", textSchema(), func(p *parser, n *document.Node, a *BasicAuth) { a.Password = p.template(n) }},
	}
}

func lastingFields() []field[Browser] {
	return []field[Browser]{
		{"device", "telephone or tablet that the browser pretends to be, such as iPhone 15", enumSchema(deviceNames()...), func(p *parser, n *document.Node, b *Browser) {
			name, ok := p.r.Enum(n, deviceNames()...)
			for _, d := range Devices() {
				if ok && d.Name == name {
					b.Device = &d
				}
			}
		}},
		{"locale", "language of the browser, such as en-GB", textSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.Locale, _ = p.r.Text(n)
			if !isLocale(b.Locale) {
				p.r.Problem(n, fmt.Sprintf("want a language tag, got %q", b.Locale), "such as en-GB")
			}
		}},
		{"timezone", "IANA time zone that pages see, such as Europe/Berlin", textSchema(), func(p *parser, n *document.Node, b *Browser) {
			if zone := p.timezone(n); zone != nil {
				b.Timezone = zone.String()
			}
		}},
		{"block", "requests that are refused: URL patterns with *, or the lists analytics and ads", textsSchema(), readBlock},
		{"headers", "added to requests to the journey's own hosts", mapSchema(textsSchema()), readExtraHeaders},
		{"auth", "for the journey's own hosts, basic or digest as they ask", object(loginFields(), "username", "password"), func(p *parser, n *document.Node, b *Browser) {
			b.Auth = &BasicAuth{}
			readFields(p, n, loginFields(), b.Auth).Need("username", "password")
		}},
		{"dialogs", "answers to dialogs by kind: {confirm: accept, prompt: {accept: TEXT}}", mapSchema(answerSchema()), readDialogs},
		{"test_id_attribute", "attribute behind testid locators", textSchema(), func(p *parser, n *document.Node, b *Browser) {
			b.TestIDAttribute, _ = p.r.Text(n)
			if strings.Trim(b.TestIDAttribute, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
				p.r.Problem(n, fmt.Sprintf("%q is no name of an attribute", b.TestIDAttribute), "such as data-testid")
			}
		}},
	}
}

func readBlock(p *parser, n *document.Node, b *Browser) {
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
		if len(part) < 2 && i == 0 || len(part) < 1 || len(part) > 8 || !isIdentifier("a"+part) || strings.Contains(part, "_") {
			return false
		}
	}
	return true
}

// networks are the speeds that have names. The numbers are WebPageTest's.
func networks() map[string]Network {
	const kilobit = 1000.0 / 8
	return map[string]Network{
		"unlimited": {},
		"slow-3g":   {400 * time.Millisecond, 400 * kilobit, 400 * kilobit},
		"3g":        {300 * time.Millisecond, 1600 * kilobit, 768 * kilobit},
		"4g":        {170 * time.Millisecond, 9000 * kilobit, 9000 * kilobit},
	}
}
