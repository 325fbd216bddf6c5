package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// sarifRead is a log as one who knows the standard and not our code reads it: unknown fields are refused, so that none
// is misspelt.
type sarifRead struct {
	Schema  string `json:"$schema"`
	Version string `json:"version"`
	Runs    []struct {
		Tool struct {
			Driver struct {
				Name           string `json:"name"`
				Version        string `json:"version"`
				InformationURI string `json:"informationUri"`
				Rules          []struct {
					ID string `json:"id"`
				} `json:"rules"`
			} `json:"driver"`
		} `json:"tool"`
		ColumnKind string `json:"columnKind"`
		Results    []struct {
			RuleID    string `json:"ruleId"`
			RuleIndex int    `json:"ruleIndex"`
			Level     string `json:"level"`
			Message   struct {
				Text string `json:"text"`
			} `json:"message"`
			Locations        []sarifPlace `json:"locations"`
			RelatedLocations []sarifPlace `json:"relatedLocations"`
		} `json:"results"`
	} `json:"runs"`
}

type sarifPlace struct {
	ID               int `json:"id"`
	PhysicalLocation struct {
		ArtifactLocation struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			StartLine   int `json:"startLine"`
			StartColumn int `json:"startColumn"`
		} `json:"region"`
	} `json:"physicalLocation"`
	Message *struct {
		Text string `json:"text"`
	} `json:"message"`
}

func TestProblemsAreWrittenAsTheStandardWantsThem(t *testing.T) {
	at := func(file string, line, column int) document.Pos {
		return document.Pos{File: file, Line: line, Column: column}
	}
	var text bytes.Buffer
	err := writeSARIF(&text, document.Problems{
		{Pos: at("journeys/a b.yaml", 3, 7), Path: "every", Message: "wrong", Hint: "such as 1m", Related: []document.Related{{Pos: at("x.yaml", 1, 2), Message: "here"}}},
		{Pos: at("/etc/j.yaml", 0, 0), Message: "green", Warning: "unchecked-end"},
		{Pos: at("x.yaml", 9, 1), Message: "wrong too"},
	}, "v1")
	if err != nil {
		t.Fatal(err)
	}
	var log sarifRead
	d := json.NewDecoder(&text)
	d.DisallowUnknownFields()
	if err := d.Decode(&log); err != nil {
		t.Fatal(err)
	}
	if log.Version != "2.1.0" || !strings.Contains(log.Schema, "sarif-2.1.0") || len(log.Runs) != 1 || log.Runs[0].ColumnKind != "unicodeCodePoints" {
		t.Fatalf("not a log of SARIF 2.1.0: %+v", log)
	}
	run := log.Runs[0]
	if run.Tool.Driver.Name != "outrider" || run.Tool.Driver.Version != "v1" || len(run.Tool.Driver.Rules) != 2 || len(run.Results) != 3 {
		t.Fatalf("%+v", run)
	}
	for i, want := range []struct{ rule, level, text, uri string }{
		{"mistake", "error", "every: wrong (such as 1m)", "journeys/a%20b.yaml"},
		{"unchecked-end", "warning", "green", "file:///etc/j.yaml"},
		{"mistake", "error", "wrong too", "x.yaml"},
	} {
		r := run.Results[i]
		place := r.Locations[0].PhysicalLocation
		if r.RuleID != want.rule || run.Tool.Driver.Rules[r.RuleIndex].ID != want.rule || r.Level != want.level || r.Message.Text != want.text ||
			place.ArtifactLocation.URI != want.uri || place.Region.StartLine < 1 || place.Region.StartColumn < 1 {
			t.Errorf("got %+v, want %+v", r, want)
		}
	}
	related := run.Results[0].RelatedLocations
	if len(related) != 1 || related[0].ID != 1 || related[0].Message.Text != "here" || related[0].PhysicalLocation.Region.StartColumn != 2 {
		t.Errorf("got %+v", related)
	}
}
