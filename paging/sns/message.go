package sns

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/outrider-monitor/outrider/paging"
)

// SNS' limits: the subject's characters, a message's bytes, the characters of a text message that is not split, those of the
// names in a FIFO topic.
const (
	longestSubject = 100
	longestMessage = 256 << 10
	longestSMS     = 140
	longestName    = 128
)

// inputFor makes the message: to programs the page as JSON, to people's mail a text, to telephones the summary.
func inputFor(page paging.Page, topic string) (*sns.PublishInput, error) {
	message, err := messageOf(page)
	if err == nil && len(message) > longestMessage { // What the browser saw is at the links too.
		page.Evidence.Console, page.Evidence.Requests = []string{}, []string{}
		message, err = messageOf(page)
	}
	if err != nil {
		return nil, err
	}
	in := &sns.PublishInput{
		TopicArn: aws.String(topic), Message: aws.String(message), MessageStructure: aws.String("json"),
		Subject: aws.String(subject(page)), MessageAttributes: attributes(page),
	}
	if strings.HasSuffix(topic, ".fifo") {
		in.MessageGroupId, in.MessageDeduplicationId = aws.String(name(page.DedupKey)), aws.String(name(page.ID))
	}
	return in, nil
}

func messageOf(page paging.Page) (string, error) {
	text, err := json.Marshal(page)
	if err != nil {
		return "", err
	}
	mail := page.Summary + "\n\n" + paging.Text(page.Rows()) + "\n"
	for _, l := range page.Links {
		mail += "\n" + l.Title + ": " + l.URL
	}
	all, err := json.Marshal(map[string]string{
		"default": string(text), "email": mail, "sms": paging.Cut(paging.OneLine(page.Summary), longestSMS),
	})
	return string(all), err
}

// subject is ASCII without control characters, and begins with a letter, a digit or punctuation: the API refuses others.
func subject(p paging.Page) string {
	what := p.Incident.Severity
	if p.Event != "opened" {
		what = p.Event
	}
	text := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, "["+what+"] "+paging.OneLine(p.Summary))
	return strings.TrimSpace(text[:min(len(text), longestSubject)])
}

// attributes are what subscriptions filter by.
func attributes(p paging.Page) map[string]types.MessageAttributeValue {
	all := map[string]string{"event": p.Event, "severity": p.Incident.Severity, "deployment": p.Deployment, "dedup_key": p.DedupKey, "team": p.Incident.Team}
	if p.Journey != nil {
		all["journey"], all["team"] = p.Journey.Name, p.Journey.Team
	}
	out := map[string]types.MessageAttributeValue{}
	for key, value := range all {
		if value != "" {
			out[key] = types.MessageAttributeValue{DataType: aws.String("String"), StringValue: aws.String(value)}
		}
	}
	return out
}

var plain = regexp.MustCompile(`^[!-~]+$`)

// name is a name as FIFO topics want them; one that is no such is replaced by its hash, which is as distinct.
func name(text string) string {
	if len(text) <= longestName && plain.MatchString(text) {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
