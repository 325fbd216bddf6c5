package httppager

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	"github.com/outrider-monitor/outrider/paging"
)

// mostBody bounds what a template makes of a page.
const mostBody = 1 << 20

// Template makes a webhook's body from a page, which it sees as its JSON: {{ .incident.severity }}. What is not there is an
// error, never "<no value>".
type Template struct{ parsed *template.Template }

// TemplateError says where a template is wrong, counted from 1 in its own text; Line is 0 if no place is known.
type TemplateError struct {
	Line, Column  int
	Message, Hint string
}

func (e *TemplateError) Error() string { return e.Message }

// NewTemplate reads a template and tries it on a page of every kind. isJSON: what it makes must be JSON each time. The
// error is a *TemplateError.
func NewTemplate(text string, isJSON bool) (*Template, error) {
	parsed, err := template.New("body").Option("missingkey=error").Funcs(template.FuncMap{"json": quoteJSON}).Parse(text)
	if err != nil {
		return nil, placed(err)
	}
	t := &Template{parsed: parsed}
	for _, s := range paging.Samples() {
		body, err := t.Body(s.Page)
		if err != nil {
			wrong := placed(err)
			wrong.Message = "with the page " + s.About + ": " + wrong.Message
			if s.Page.Journey == nil && strings.Contains(text, ".journey.") {
				wrong.Hint = "journey is null in such a page: {{ with .journey }}{{ .name }}{{ end }}"
			}
			return nil, wrong
		}
		if isJSON {
			if err := checkJSON(body); err != nil {
				return nil, &TemplateError{Message: "what it makes of the page " + s.About + " is no JSON: " + err.Error(),
					Hint: "write {{ json .summary }}, without quotes around it; for another kind of text set content_type"}
			}
		}
	}
	return t, nil
}

// Body makes the body for a page.
func (t *Template) Body(page paging.Page) ([]byte, error) {
	text, err := json.Marshal(page)
	if err != nil {
		return nil, err
	}
	var data any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber() // 12345678 stays as it is, not 1.2345678e+07
	if err := dec.Decode(&data); err != nil {
		return nil, err
	}
	var out bounded
	if err := t.parsed.Execute(&out, data); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// bounded is a buffer that does not grow without end.
type bounded struct{ bytes.Buffer }

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > mostBody {
		return 0, fmt.Errorf("the body is longer than %d bytes", mostBody)
	}
	return b.Buffer.Write(p)
}

// quoteJSON is the function json: any value as JSON, quotes included.
func quoteJSON(v any) (string, error) {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(out.String(), "\n"), err
}

func checkJSON(body []byte) error {
	var v any
	return json.Unmarshal(body, &v)
}

var where = regexp.MustCompile(`(?s)^template: body:(\d+)(?::(\d+))?: (?:executing "body" at )?(.*)$`)

// placed takes the place out of the words of text/template.
func placed(err error) *TemplateError {
	var already *TemplateError
	if errors.As(err, &already) {
		return already
	}
	found := where.FindStringSubmatch(err.Error())
	if found == nil {
		return &TemplateError{Message: err.Error()}
	}
	e := &TemplateError{Message: found[3]}
	e.Line, _ = strconv.Atoi(found[1])
	e.Column, _ = strconv.Atoi(found[2])
	if found[2] != "" {
		e.Column++ // it counts bytes from 0 there
	}
	return e
}
