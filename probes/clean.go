package probes

import (
	"errors"
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/probes/redact"
)

// Redactor replaces the secrets of an attempt by «secret NAME».
type Redactor = redact.Redactor

// NewRedactor knows the secrets name -> value. Values shorter than 4 bytes are not sought in texts.
func NewRedactor(secrets map[string]string) *Redactor { return redact.New(secrets) }

// Bounds of what a Result keeps, applied after the secrets are gone.
const (
	maxMessage  = 2 << 10
	maxPageText = 8 << 10
	maxExcerpt  = 2 << 10
	maxOutline  = 16 << 10
	maxBody     = 1 << 10
	// maxArtifacts bounds the files of one attempt, in bytes.
	maxArtifacts = 4 << 20
	maxLine      = 2 << 10
	maxLines     = 200
	// maxPublished bounds one published value as JSON.
	maxPublished = 16 << 10
)

// Names of journeys, teams and steps are not touched: they come from the file, and identify.

func cleanStep(r *Redactor, s *StepResult) {
	s.Failure = cleanFailure(r, s.Failure)
	s.Drift = r.String(s.Drift)
	s.Page = cleanNumbers(r, s.Page)
	if s.HTTP != nil {
		s.HTTP.URL = r.Excerpt(s.HTTP.URL, maxLine)
	}
}

// cleanFailure gives a bounded copy without secrets.
func cleanFailure(r *Redactor, f *Failure) *Failure {
	if f == nil {
		return nil
	}
	clean := &Failure{
		Reason:     f.Reason,
		Message:    r.Excerpt(f.Message, maxMessage),
		Expected:   r.Excerpt(f.Expected, maxExcerpt),
		Got:        r.Excerpt(f.Got, maxExcerpt),
		ThirdParty: f.ThirdParty,
		Err:        f.Err,
	}
	if f.Err != nil && r.Active() {
		// The cause would still hold the secret for whoever prints it.
		clean.Err = errors.New(r.Excerpt(f.Err.Error(), maxStack))
	}
	return clean
}

func cleanEvidence(r *Redactor, e *Evidence) {
	for text, limit := range map[*string]int{
		&e.PageURL: maxLine, &e.PageTitle: maxLine, &e.PageText: maxPageText,
		&e.Outline: maxOutline, &e.ResponseHead: maxPageText, &e.BodyExcerpt: maxExcerpt,
	} {
		*text = r.Excerpt(*text, limit)
	}
	e.Console = e.Console[:min(len(e.Console), maxLines)]
	for i := range e.Console {
		e.Console[i].Text = r.Excerpt(e.Console[i].Text, maxLine)
		e.Console[i].Source = r.Excerpt(e.Console[i].Source, maxLine)
	}
	e.Requests = e.Requests[:min(len(e.Requests), maxLines)]
	for i := range e.Requests {
		e.Requests[i].URL = r.Excerpt(e.Requests[i].URL, maxLine)
		e.Requests[i].Error = r.Excerpt(e.Requests[i].Error, maxLine)
		e.Requests[i].Body = r.Excerpt(e.Requests[i].Body, maxBody)
	}
	for i := range e.Artifacts {
		cleanArtifact(r, &e.Artifacts[i])
	}
	boundArtifacts(e)
}

// boundArtifacts leaves out the files that are more than an attempt may keep, and says so.
func boundArtifacts(e *Evidence) {
	kept, size := e.Artifacts[:0], 0
	for _, a := range e.Artifacts {
		if size+len(a.Data) > maxArtifacts {
			e.Console = append(e.Console, ConsoleLine{Level: "warning", Text: fmt.Sprintf("(%s of %d bytes is not kept: the files of an attempt may have %d)", a.Name, len(a.Data), maxArtifacts)})
			for _, name := range []*string{&e.Screenshot, &e.DOM, &e.HAR} {
				if *name == a.Name {
					*name = ""
				}
			}
			continue
		}
		size += len(a.Data)
		kept = append(kept, a)
	}
	e.Artifacts = kept
}

// cleanArtifact removes secrets from artifacts that are text; pictures are covered by their driver.
func cleanArtifact(r *Redactor, a *Artifact) {
	kind, _, _ := strings.Cut(a.MIME, ";")
	text := strings.HasPrefix(kind, "text/") || strings.HasSuffix(kind, "json") || strings.HasSuffix(kind, "xml") ||
		kind == "application/javascript"
	if text && r.Active() {
		a.Data = []byte(r.String(string(a.Data)))
	}
}

// cleanValue gives a copy without secrets of a value made of JSON's types.
func cleanValue(r *Redactor, v any) any {
	switch v := v.(type) {
	case nil, bool:
		return v
	case string:
		return r.String(v)
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = cleanValue(r, v[i])
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, item := range v {
			object[r.String(key)] = cleanValue(r, item)
		}
		return object
	}
	if number := fmt.Sprint(v); r.String(number) != number {
		return r.String(number)
	}
	return v
}
