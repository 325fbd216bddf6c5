package main

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// SARIF is how CI systems read what a tool found: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. These are the parts
// of a log that we write.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID string `json:"id"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex int             `json:"ruleIndex"`
		Level     string          `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifText     struct{ Text string }
	sarifLocation struct {
		ID       int           `json:"id,omitempty"`
		Physical sarifPhysical `json:"physicalLocation"`
		Message  *sarifText    `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			Line   int `json:"startLine"`
			Column int `json:"startColumn"`
		} `json:"region"`
	}
)

// MarshalJSON spells the text as SARIF does.
func (t sarifText) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]string{"text": t.Text})
}

// mistakeRule is the rule of all mistakes; warnings have their names.
const mistakeRule = "mistake"

func writeSARIF(w io.Writer, problems document.Problems, version string) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{
		Name: "outrider", Version: version, Rules: []sarifRule{},
		InformationURI: "https://github.com/outrider-monitor/outrider/blob/main/docs/journey-format.md",
	}
	for _, p := range problems {
		run.Results = append(run.Results, run.result(p))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{
		Schema: "https://json.schemastore.org/sarif-2.1.0.json", Version: "2.1.0", Runs: []sarifRun{run},
	})
}

func (run *sarifRun) result(p document.Problem) sarifResult {
	r := sarifResult{RuleID: first(p.Warning, mistakeRule), Level: "error", Locations: []sarifLocation{locate(p.Pos)}}
	if p.Warning != "" {
		r.Level = "warning"
	}
	rules := &run.Tool.Driver.Rules
	r.RuleIndex = slices.Index(*rules, sarifRule{r.RuleID})
	if r.RuleIndex < 0 {
		r.RuleIndex = len(*rules)
		*rules = append(*rules, sarifRule{r.RuleID})
	}
	if r.Message.Text = p.Message; p.Path != "" {
		r.Message.Text = p.Path + ": " + p.Message
	}
	if p.Hint != "" {
		r.Message.Text += " (" + p.Hint + ")"
	}
	for i, other := range p.Related {
		l := locate(other.Pos)
		l.ID, l.Message = i+1, &sarifText{other.Message}
		r.Related = append(r.Related, l)
	}
	return r
}

// locate gives a place; a relative path stays one, so that CI finds the file in its checkout.
func locate(pos document.Pos) (l sarifLocation) {
	u := url.URL{Path: filepath.ToSlash(pos.File)}
	if filepath.IsAbs(pos.File) {
		u.Scheme = "file"
	}
	l.Physical.Artifact.URI = u.String()
	l.Physical.Region.Line, l.Physical.Region.Column = max(1, pos.Line), max(1, pos.Column)
	return l
}
