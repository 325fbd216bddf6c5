package httppager

import (
	"strings"

	"github.com/outrider-monitor/outrider/paging"
)

// Slack's limits: characters of a section and of one of its fields, fields of a section, blocks of a message.
const (
	slackSection = 3000
	slackField   = 2000
	slackFields  = 10
	slackBlocks  = 50
)

// slackMessage is what both ways into Slack take. Text is what a notification shows.
type slackMessage struct {
	Channel string       `json:"channel,omitempty"`
	Text    string       `json:"text"`
	Blocks  []slackBlock `json:"blocks"`
	// Names in a page are no people, and its links are not looked at: they may be one-time links, or slow.
	Parse       string `json:"parse"`
	LinkNames   bool   `json:"link_names"`
	UnfurlLinks bool   `json:"unfurl_links"`
	UnfurlMedia bool   `json:"unfurl_media"`
}

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackText  `json:"text,omitempty"`
	Fields   []slackText `json:"fields,omitempty"`
	Elements []slackText `json:"elements,omitempty"`
}

// slackText is always mrkdwn, in which nothing is made a link or a mention that we have not made one.
type slackText struct {
	Type     string `json:"type"`
	Text     string `json:"text"`
	Verbatim bool   `json:"verbatim"`
}

func mrkdwn(text string) slackText { return slackText{Type: "mrkdwn", Text: text, Verbatim: true} }

// slackMessageFor makes a page's message: the summary, what is short side by side, what is long below each other, and the
// places to look. The end of an incident says only what is news.
func slackMessageFor(p paging.Page) slackMessage {
	head := slackSign(p) + " *" + strings.ReplaceAll(escaped(paging.OneLine(p.Summary), slackSection-100), "*", "∗") + "*"
	m := slackMessage{Text: slackSign(p) + " " + escaped(paging.OneLine(p.Summary), slackSection-100), Parse: "none"}
	add := func(text string) {
		t := mrkdwn(text)
		m.Blocks = append(m.Blocks, slackBlock{Type: "section", Text: &t})
	}
	add(head)
	var short []slackText
	var long []paging.Row
	for _, r := range p.Rows() {
		switch {
		case r.Value == "" || p.Event == "closed" && r.Label != "Journey" && r.Label != "Since" && r.Label != "Ended":
		case len(r.Value) > 120 || strings.Contains(r.Value, "\n") || r.Label == "Reproduce" || len(short) == slackFields:
			long = append(long, r)
		default:
			short = append(short, mrkdwn("*"+r.Label+"*\n"+escaped(r.Value, slackField-100)))
		}
	}
	if len(short) > 0 {
		m.Blocks = append(m.Blocks, slackBlock{Type: "section", Fields: short})
	}
	for _, r := range long[:min(len(long), slackBlocks-3)] {
		add("*" + r.Label + "*\n```" + escaped(r.Value, slackSection-100) + "```")
	}
	if links := slackLinks(p.Links); links != "" {
		m.Blocks = append(m.Blocks, slackBlock{Type: "context", Elements: []slackText{mrkdwn(links)}})
	}
	return m
}

// slackSign is what the eye sees first.
func slackSign(p paging.Page) string {
	switch p.Event {
	case "closed":
		return ":large_green_circle:"
	case "acknowledged":
		return ":eyes:"
	case "test":
		return ":large_blue_circle:"
	}
	switch p.Incident.Severity {
	case "warning":
		return ":large_orange_circle:"
	case "info":
		return ":large_blue_circle:"
	}
	return ":red_circle:"
}

// slackLinks are links in one line; a URL that is too long is left out rather than cut.
func slackLinks(links []paging.Link) string {
	var all []string
	left := slackSection
	for _, l := range links {
		url := strings.NewReplacer("`", "%60", "<", "%3C", ">", "%3E", "|", "%7C", "&", "&amp;", " ", "%20").Replace(l.URL)
		text := "<" + url + "|" + escaped(strings.ReplaceAll(l.Title, "|", "/"), 100) + ">"
		if left -= len(text) + 3; left < 0 || !strings.HasPrefix(l.URL, "http") {
			continue
		}
		all = append(all, text)
	}
	return strings.Join(all, " · ")
}

// escaped is a text as Slack shows it and not as it obeys it (https://docs.slack.dev/messaging/formatting-message-text), of
// limit characters at most: <!channel> in the title of somebody's page calls nobody.
func escaped(text string, limit int) string {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "```", "'''")
	for n := limit; ; n -= max(1, n/8) {
		cut := paging.Cut(text, max(1, n))
		if done := escape.Replace(cut); len([]rune(done)) <= limit || n <= 1 {
			return done
		}
	}
}
