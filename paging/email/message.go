package email

import (
	"bytes"
	"html/template"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/outrider-monitor/outrider/paging"
)

const longestSubject = 200

// message makes the whole text of a page's message: headers, and the page as text and as HTML. What a page quotes is data in
// all of them: no line break ends a header, no tag is a tag.
func (p *Pager) message(page paging.Page) ([]byte, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(p.o.From)
	m.SetAddrHeaderFromMailAddress(gomail.HeaderTo, p.o.To...)
	m.Subject(subject(page))
	m.SetDateWithValue(time.Now())
	id, root := p.ids(page)
	m.SetMessageIDWithValue(id)
	if id != root {
		m.SetGenHeader(gomail.HeaderInReplyTo, "<"+root+">")
		m.SetGenHeader(gomail.HeaderReferences, "<"+root+">")
	}
	// RFC 3834: no holiday notices in reply.
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Outrider-Dedup-Key", paging.OneLine(page.DedupKey))
	if loud(page) {
		m.SetImportance(gomail.ImportanceHigh)
	}
	m.SetBodyString(gomail.TypeTextPlain, text(page))
	html, err := inHTML(page)
	if err != nil {
		return nil, err
	}
	m.AddAlternativeString(gomail.TypeTextHTML, html)
	var out bytes.Buffer
	_, err = m.WriteTo(&out)
	return out.Bytes(), err
}

// loud: somebody should look now.
func loud(p paging.Page) bool {
	return (p.Event == "opened" || p.Event == "escalated" || p.Event == "reminded") && (p.Incident.Severity == "critical" || p.Incident.Severity == "error")
}

// ids are the message's own id, which stays the same when the page is sent again, and that of the first message about the
// incident, to which all others answer, so that mail programs keep them together.
func (p *Pager) ids(page paging.Page) (id, root string) {
	_, domain, _ := strings.Cut(p.o.From.Address, "@")
	root = "incident." + clean(page.Incident.ID) + "@" + domain
	if page.Event == "opened" && page.Relay == nil || page.Notice || page.Event == "test" {
		return root, root
	}
	return clean(page.ID) + "@" + domain, root
}

var unclean = regexp.MustCompile(`[^A-Za-z0-9_.-]+`)

func clean(id string) string { return strings.Trim(unclean.ReplaceAllString(id, "-"), ".") }

// subject is the summary, after what mail is sorted by.
func subject(p paging.Page) string {
	what := p.Incident.Severity
	switch p.Event {
	case "closed":
		what = "ended"
	case "acknowledged", "test":
		what = p.Event
	}
	return paging.Cut("["+what+"] "+paging.OneLine(p.Summary), longestSubject)
}

// text is the page without HTML.
func text(p paging.Page) string {
	var b strings.Builder
	b.WriteString(p.Summary + "\n\n" + paging.Text(p.Rows()) + "\n")
	if len(p.Links) > 0 {
		b.WriteString("\n")
	}
	for _, l := range p.Links {
		b.WriteString(l.Title + ": " + l.URL + "\n")
	}
	b.WriteString("\n-- \nOutrider, " + p.Deployment + "\n")
	return b.String()
}

// page is the HTML: a table that every mail program shows, and nothing to load from anywhere.
const page = `<!doctype html>
<html><body style="font-family: sans-serif; color: #1a1a1a">
<p style="font-size: 18px; font-weight: bold; border-left: 6px solid {{ .Color }}; padding-left: 10px">{{ .Page.Summary }}</p>
<table cellpadding="4" style="border-collapse: collapse; font-size: 14px">
{{ range .Page.Rows }}<tr><td valign="top" style="color: #666; white-space: nowrap">{{ .Label }}</td><td style="white-space: pre-wrap; font-family: monospace">{{ .Value }}</td></tr>
{{ end }}</table>
<p>{{ range .Page.Links }}<a href="{{ .URL }}">{{ .Title }}</a> &nbsp; {{ end }}</p>
<p style="color: #666; font-size: 12px">Outrider, {{ .Page.Deployment }}</p>
</body></html>
`

func inHTML(p paging.Page) (string, error) {
	t, err := template.New("page").Parse(page)
	if err != nil {
		return "", err
	}
	color := "#c62828"
	switch {
	case p.Event == "closed":
		color = "#2e7d32"
	case p.Event == "acknowledged" || p.Event == "test" || p.Incident.Severity == "info":
		color = "#1565c0"
	case p.Incident.Severity == "warning":
		color = "#ef6c00"
	}
	var b strings.Builder
	err = t.Execute(&b, map[string]any{"Page": p, "Color": template.CSS(color)})
	return b.String(), err
}
