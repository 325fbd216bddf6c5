package imports

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

var comparison = regexp.MustCompile(`^(.+?)\s*(==|!=|<=|>=|<|>)\s*(.+)$`)

// condition turns one of Gatus' conditions into an expectation. Its values are texts without quotes, which are compared
// as numbers where both sides are numbers.
func (g *gatus) condition(text string) {
	want, problem := g.expectation(strings.TrimSpace(text))
	if problem == "" && want != "" {
		// One that cannot be read is told, and costs no other.
		probe := block("get", word("http://localhost/"))
		if g.probe != nil {
			probe = block(g.probe.Content[0].Value, g.probe.Content[1])
		}
		probe.Content = append(probe.Content, word("expect"), word(want))
		problem = g.problemOf(probe)
	}
	if problem != "" {
		g.note(g.place, "the condition %s is not carried over: %s", label(text, 100), problem)
		return
	}
	if want != "" {
		g.wants = append(g.wants, word(want))
	}
}

// expectation gives an expression, or says why there is none. Both empty: it goes without saying.
func (g *gatus) expectation(text string) (want, problem string) {
	m := comparison.FindStringSubmatch(text)
	if m == nil {
		return "", "it compares nothing"
	}
	left, operator, right := strings.TrimSpace(m[1]), m[2], strings.TrimSpace(m[3])
	switch {
	case left == "[CONNECTED]":
		if operator == "==" && right == "true" {
			return "", "" // a step that cannot connect has failed
		}
		return "", "a journey is about what can be reached"
	case left == "[RESPONSE_TIME]":
		n, err := strconv.ParseFloat(right, 64)
		if err != nil {
			return "", "want milliseconds"
		}
		return fmt.Sprintf("timing.total %s %s", operator, within(time.Duration(n*float64(time.Millisecond)), time.Second)), ""
	case left == "[CERTIFICATE_EXPIRATION]":
		d, err := document.ParseDuration(right)
		if err != nil {
			if d, err = time.ParseDuration(right); err != nil {
				return "", "want a duration"
			}
		}
		return fmt.Sprintf("tls.days_left %s %s", operator, within(d, 24*time.Hour)), ""
	}
	if m := hasIt.FindStringSubmatch(left); m != nil {
		inner, problem := g.subject(m[1])
		if operator != "==" || right != "true" && right != "false" {
			return "", "want true or false"
		}
		return strings.ReplaceAll(inner, ".", "?.") + map[string]string{"true": " != nil", "false": " == nil"}[right], problem
	}
	subject, problem := g.subject(left)
	if problem != "" {
		return "", problem
	}
	return compared(subject, operator, right)
}

// fromJSON reports whether the subject is a value out of JSON, whose type is not known.
func fromJSON(subject string) bool {
	return strings.HasPrefix(subject, "json.") || strings.HasPrefix(subject, "json[")
}

// isText reports whether a subject is a text whatever it holds.
func isText(subject string) bool {
	return subject == "body" || subject == "rcode" || strings.HasPrefix(subject, "answers") || strings.HasPrefix(subject, "messages")
}

var (
	lenOf = regexp.MustCompile(`^len\((.+)\)$`)
	hasIt = regexp.MustCompile(`^has\((.+)\)$`)
	steps = regexp.MustCompile(`^((\.[A-Za-z_][A-Za-z0-9_]*)|(\[[0-9]+\]))*$`)
)

// subject is the left side.
func (g *gatus) subject(text string) (expression, problem string) {
	if m := lenOf.FindStringSubmatch(text); m != nil {
		inner, problem := g.subject(m[1])
		return "len(" + inner + ")", problem
	}
	switch {
	case text == "[STATUS]":
		return "status", ""
	case text == "[DNS_RCODE]":
		return "rcode", ""
	case g.body != "" && text == "[BODY]":
		return g.body, ""
	}
	path, ok := strings.CutPrefix(text, "[BODY]")
	switch {
	case !ok:
		return "", "it is not known here"
	case path == "":
		return "body", ""
	case !steps.MatchString(path):
		return "", "the path cannot be written here"
	}
	return "json" + path, ""
}

var (
	anyOf  = regexp.MustCompile(`^any\((.+)\)$`)
	likeIt = regexp.MustCompile(`^pat\((.+)\)$`)
)

// compared is the whole comparison.
func compared(subject, operator, right string) (string, string) {
	negated := operator == "!="
	if operator != "==" && operator != "!=" {
		if _, err := strconv.ParseFloat(right, 64); err != nil {
			return "", "want a number"
		}
		if isText(subject) || fromJSON(subject) {
			// A text that is a number is one to Gatus. What is none is 0 to it, and a failure here.
			subject = "float(" + subject + ")"
		}
		return subject + " " + operator + " " + right, ""
	}
	form := "%s"
	if negated {
		form = "not (%s)"
	}
	switch {
	case anyOf.MatchString(right):
		var values []string
		for _, v := range strings.Split(anyOf.FindStringSubmatch(right)[1], ",") {
			if v = strings.TrimSpace(v); likeIt.MatchString(v) {
				return "", "any() of patterns"
			}
			values = append(values, v)
		}
		subject, values = constants(subject, values, negated)
		return fmt.Sprintf(form, subject+" in ["+strings.Join(values, ", ")+"]"), ""
	case likeIt.MatchString(right):
		pattern := regexp.QuoteMeta(likeIt.FindStringSubmatch(right)[1])
		pattern = "^(?s)" + strings.ReplaceAll(strings.ReplaceAll(pattern, `\*`, ".*"), `\?`, ".") + "$"
		return fmt.Sprintf(form, "string("+subject+") matches "+quoted(pattern)), ""
	case strings.HasPrefix(right, "[") || strings.Contains(right, "("):
		return "", "both sides are looked up"
	}
	subject, values := constants(subject, []string{right}, negated)
	return subject + " " + operator + " " + values[0], ""
}

// constants writes a subject and what it is compared with. To Gatus "12" and 12 are the same.
func constants(subject string, all []string, negated bool) (string, []string) {
	values, numbers, texts := make([]string, len(all)), true, true
	for i, t := range all {
		values[i] = value(t)
		numbers, texts = numbers && isNumber(values[i]), texts && values[i][0] == '"'
		if values[i] == "nil" {
			return subject, values[i : i+1]
		}
	}
	switch {
	case !isText(subject) && !fromJSON(subject), fromJSON(subject) && texts && !negated:
		return subject, values
	case fromJSON(subject) && numbers:
		return "float(" + subject + ")", values
	case fromJSON(subject):
		subject = "string(" + subject + ")"
	}
	for i, t := range all {
		values[i] = quoted(strings.Trim(t, `"`))
	}
	return subject, values
}

func isNumber(text string) bool { return strings.Trim(text, "0123456789.-") == "" }

// value is a constant as an expression writes it.
func value(text string) string {
	if text == "true" || text == "false" || text == "null" {
		return strings.ReplaceAll(text, "null", "nil")
	}
	if _, err := strconv.ParseInt(text, 10, 64); err == nil && (text == "0" || text[0] != '0' && text[0] != '+') {
		return text
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && strings.Contains(text, ".") && !strings.HasPrefix(text, "00") && strings.Trim(text, "0123456789.-") == "" && f < 1e15 {
		return text
	}
	return quoted(strings.Trim(text, `"`))
}
