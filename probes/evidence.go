package probes

import "time"

// Evidence is what a person needs to believe the page. Every list and text is bounded.
type Evidence struct {
	PageURL   string `json:"page_url,omitempty"`
	PageTitle string `json:"page_title,omitempty"`
	// PageText is the visible text of the page, at most 8 KiB.
	PageText string        `json:"page_text,omitempty"`
	Console  []ConsoleLine `json:"console,omitempty"`
	// Requests are the notable ones, failed first.
	Requests []RequestLine `json:"requests,omitempty"`
	// ResponseHead and BodyExcerpt belong to the last HTTP step.
	ResponseHead string `json:"response_head,omitempty"`
	BodyExcerpt  string `json:"body_excerpt,omitempty"`
	// Outline is what assistive technology would meet on the page, at most 16 KiB.
	Outline string `json:"outline,omitempty"`
	// Film are pictures of the last seconds, in their order.
	Film []Still `json:"film,omitempty"`
	// Screenshot names an artifact.
	Screenshot string     `json:"screenshot,omitempty"`
	Artifacts  []Artifact `json:"artifacts,omitempty"`
	// Compared says what is not as in the last good run; nil if nothing is, or nothing is known.
	Compared *Difference `json:"compared,omitempty"`
	// DOM names the artifact with the document as it was, HAR the one with the recorded requests.
	DOM string `json:"dom,omitempty"`
	HAR string `json:"har,omitempty"`
}

// Still is one picture of a film. Name is that of an artifact, Step the one that was under way.
type Still struct {
	Name   string        `json:"name"`
	Step   string        `json:"step"`
	Offset time.Duration `json:"offset"`
}

// ConsoleLine is a line of the page's console or an uncaught exception.
type ConsoleLine struct {
	// Level is log, info, warning, error or exception.
	Level string `json:"level"`
	Text  string `json:"text"`
	// Source is url:line:column.
	Source string        `json:"source,omitempty"`
	Offset time.Duration `json:"offset"`
}

// RequestLine is one request of the page.
type RequestLine struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	// Type is document, script, fetch, image...
	Type   string `json:"type,omitempty"`
	Status int    `json:"status,omitempty"`
	// Error is the network error, such as net::ERR_CONNECTION_RESET, or "pending".
	Error    string        `json:"error,omitempty"`
	Offset   time.Duration `json:"offset"`
	Duration time.Duration `json:"duration,omitempty"`
	// ThirdParty is true for a host that is not the journey's own.
	ThirdParty bool `json:"third_party,omitempty"`
	// Body is the beginning of what a refused request was answered, at most 1 KiB.
	Body string `json:"body,omitempty"`
}

// Artifact is a file that belongs to a run: a screenshot, a HAR. Data is kept beside the database, not
// in it.
type Artifact struct {
	// Name is unique within the run and safe as a file name, such as attempt-1.jpg.
	Name string `json:"name"`
	MIME string `json:"mime"`
	Data []byte `json:"-"`
}
