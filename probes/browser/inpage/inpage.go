// Package inpage is the part of the browser driver that runs in the page.
//
// [Source] is installed in an isolated world of each frame that a journey looks into: the page cannot see or
// change it. It finds elements, decides whether they can be acted upon, waits with one promise for each wait,
// says in words what stands in the way, and covers secrets before a picture is taken. The types mirror what
// goes in and out. Its one rule: it never changes the page, other than what a person's action changes.
package inpage

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"unicode/utf8"
)

//go:embed *.js
var files embed.FS

// Source is the script to evaluate once in each isolated world.
func Source() string {
	var b strings.Builder
	b.WriteString("(() => {\n'use strict';\nif (globalThis.__outrider) return;\n")
	names, err := fs.Glob(files, "*.js")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err) // embedded at build time
		}
		b.WriteString(compact(string(text)))
	}
	b.WriteString("})()")
	return b.String()
}

// compact leaves out what a browser would read in vain in every document: lines of comment, and the space before a line.
// What is not ASCII is escaped, for one such letter makes the browser keep two bytes for each. No literal may reach over
// the end of a line.
func compact(script string) string {
	var b strings.Builder
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "//") {
			continue
		}
		for _, r := range line {
			if r < utf8.RuneSelf {
				b.WriteByte(byte(r))
				continue
			}
			fmt.Fprintf(&b, "\\u%04x", r)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// Part is one locator, its templates evaluated, without its frame.
type Part struct {
	Engine string `json:"engine"`
	Value  string `json:"value"`
	// Name goes with a role.
	Name    *string `json:"name,omitzero"`
	Exact   bool    `json:"exact,omitzero"`
	Nth     *int    `json:"nth,omitzero"`
	HasText string  `json:"hasText,omitzero"`
	Within  *Part   `json:"within,omitzero"`
}

// Want is what a wait is for.
type Want string

// The wants. Point is somewhere to click; Field is a field, focused and selected; Type is one with the caret at its
// end; Frame and File are kept under Key; Option is one of the list that was to be selected from; Spot is somewhere to let go what is dragged.
const (
	See     Want = "see"
	Gone    Want = "gone"
	Point   Want = "point"
	Field   Want = "field"
	Focus   Want = "focus"
	Type    Want = "type"
	File    Want = "file"
	Spot    Want = "spot"
	Select  Want = "select"
	Option  Want = "option"
	Check   Want = "check"
	Checked Want = "checked"
	Scroll  Want = "scroll"
	Frame   Want = "frame"
	Text    Want = "text"
	Value   Want = "value"
	Attr    Want = "attr"
	Count   Want = "count"
	Visible Want = "visible"
	Enabled Want = "enabled"
	InView  Want = "in_view"
)

// Query is a question to the page.
type Query struct {
	Alts []Part `json:"alts"`
	Want Want   `json:"want"`
	// Act prefers what can be operated, and takes transparent elements for visible.
	Act    bool   `json:"act,omitzero"`
	TestID string `json:"testID"`
	// Timeout and Grace are milliseconds. A timeout of zero asks once. Grace is how long each alternative
	// has to itself before the next one is considered.
	Timeout int64 `json:"timeout"`
	Grace   int64 `json:"grace,omitzero"`
	// Closed is how many milliseconds to look in vain before closed shadow roots are asked for. Zero: they have been.
	Closed int64 `json:"closed,omitzero"`
	// Text is what to type or to choose; Secret marks the field as one to cover in pictures.
	Text string `json:"text,omitzero"`
	// Texts are the options to choose; Number is how many files there are.
	Texts  []string `json:"texts,omitzero"`
	Number int      `json:"number,omitzero"`
	Secret bool     `json:"secret,omitzero"`
	// State is the wanted state of a checkbox.
	State bool `json:"state,omitzero"`
	// Hop asks for an element that has stood still for a frame: a click has just missed it.
	Hop   bool `json:"hop,omitzero"`
	Hover bool `json:"hover,omitzero"`
	// Position is where on the element to point. Nil: in the middle of what can be seen of it.
	Position *Offset `json:"position,omitzero"`
	// Key names a frame or a field that is kept.
	Key  string `json:"key,omitzero"`
	Attr string `json:"attr,omitzero"`
	// Mask are what no answer may tell of.
	Mask []Part `json:"mask,omitzero"`
}

// Offset is a distance from an element's upper left corner, in CSS pixels.
type Offset struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Answer is what the page says to a Query.
type Answer struct {
	OK  bool `json:"ok"`
	Alt int  `json:"alt"`
	// Why is the last obstacle in words, Kind its sort: none, many, there, act, wrong, broken, and closed: closed
	// shadow roots are wanted, and the question again.
	Why   string  `json:"why"`
	Kind  string  `json:"kind"`
	Fatal bool    `json:"fatal"`
	X     float64 `json:"x"`
	Y     float64 `json:"y"`
	// Typed means that the field was set without typing; Empty that it was empty; Done that nothing was to do.
	Typed   bool   `json:"typed"`
	Empty   bool   `json:"empty"`
	Done    bool   `json:"done"`
	Got     string `json:"got"`
	Length  int    `json:"length"`
	Text    string `json:"text"`
	Count   int    `json:"count"`
	Visible bool   `json:"visible"`
	State   bool   `json:"state"`
	// Drawn is a list that the page draws itself, and that has to be opened unless State says that it is; Typed that it can be
	// typed into.
	Drawn bool `json:"drawn"`
	// Number is a frame element's own, as long as its document lives.
	Number int `json:"number"`
	// Chooser means that this is no file field: a click has to open the chooser.
	Chooser bool   `json:"chooser"`
	What    string `json:"what"`
}
