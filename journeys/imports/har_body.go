package imports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

func mapKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// headers are those that say something about the request; what every client sends, and cookies, are left out.
func (h *har) headers(place string, e *exchange) *yaml.Node {
	m := flow()
	seen := map[string]bool{}
	for _, p := range e.Request.Headers {
		name := strings.ToLower(p.Name)
		if name == "cookie" && !h.known["cookies"] && len(h.steps) == 0 {
			h.known["cookies"] = true
			h.note(place, "the recording began with cookies: if they are those of somebody who is signed in, sign in first")
		}
		if seen[name] || isOrdinary(name, p.Value) || name == "content-type" && !h.rawBody(e) {
			continue
		}
		seen[name] = true
		value := word(h.hide(p.Value))
		if isSecretive(name) {
			use := ""
			// A scheme such as Bearer is no secret.
			if scheme, rest, ok := strings.Cut(p.Value, " "); ok && name == "authorization" {
				use = escape(scheme) + " " + h.keep(place, name, rest)
			} else {
				use = h.keep(place, name, p.Value)
			}
			value = word(use)
		}
		m.Content = append(m.Content, word(p.Name), value)
	}
	if len(m.Content) == 0 {
		return nil
	}
	if len(m.Content) > 4 {
		m.Style = 0
	}
	return m
}

// isOrdinary reports whether a header field is the client's own affair.
func isOrdinary(name, value string) bool {
	switch {
	case strings.HasPrefix(name, ":"), strings.HasPrefix(name, "sec-"), strings.HasPrefix(name, "proxy-"), strings.HasPrefix(name, "if-"):
		return true
	case name == "accept":
		return value == "*/*" || strings.HasPrefix(value, "text/html")
	}
	return slices.Contains([]string{
		"accept-encoding", "accept-language", "connection", "content-length", "cookie", "host", "origin", "referer", "user-agent", "cache-control",
		"pragma", "priority", "upgrade-insecure-requests", "dnt", "te", "transfer-encoding", "keep-alive", "upgrade", "expect", "range", "purpose",
	}, name)
}

// rawBody reports whether the body is sent as text, whose kind must be said.
func (h *har) rawBody(e *exchange) bool {
	post := e.Request.PostData
	if post == nil || len(post.Params) > 0 {
		return false
	}
	kind := strings.ToLower(post.MimeType)
	return post.Text != "" && !strings.Contains(kind, "form") && (!strings.Contains(kind, "json") || !json.Valid([]byte(post.Text)))
}

// body is the key of the body and its value; nil where there is none.
func (h *har) body(place string, e *exchange) (string, *yaml.Node) {
	post := e.Request.PostData
	if post == nil {
		return "", nil
	}
	kind := strings.ToLower(post.MimeType)
	switch {
	case post.Encoding != "":
		h.note(place, "the body is binary and is not carried over")
		return "", nil
	case strings.Contains(kind, "multipart"):
		h.note(place, "the form with files is not carried over: write multipart")
		return "", nil
	case len(post.Params) > 0:
		return "form", h.form(place, post.Params)
	case strings.Contains(kind, "form-urlencoded"):
		return "form", h.form(place, pairsOf(post.Text))
	case post.Text == "":
		return "", nil
	case strings.Contains(kind, "json"):
		d := json.NewDecoder(bytes.NewReader([]byte(post.Text)))
		d.UseNumber()
		var v any
		if json.Valid([]byte(post.Text)) && d.Decode(&v) == nil {
			return "json", h.value(place, "", v, 0)
		}
	}
	return "body", word(h.hide(post.Text))
}

func pairsOf(text string) []harPair {
	var pairs []harPair
	for _, part := range strings.Split(text, "&") {
		name, value, _ := strings.Cut(part, "=")
		n, err := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err == nil && err2 == nil && n != "" {
			pairs = append(pairs, harPair{Name: n, Value: v})
		}
	}
	return pairs
}

func (h *har) form(place string, params []harPair) *yaml.Node {
	m := flow()
	at := map[string]int{}
	for _, p := range params {
		name := clean(p.Name)
		if p.FileName != "" || name == "" {
			continue
		}
		value := h.said(place, name, p.Value)
		if i, ok := at[name]; ok {
			if m.Content[i].Kind != yaml.SequenceNode {
				m.Content[i] = &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{m.Content[i]}}
			}
			m.Content[i].Content = append(m.Content[i].Content, value)
			continue
		}
		at[name] = len(m.Content) + 1
		m.Content = append(m.Content, word(name), value)
	}
	return m
}

// said is a text of a body, or the secret in its place.
func (h *har) said(place, name, value string) *yaml.Node {
	if isSecretive(name) && value != "" {
		return word(h.keep(place, name, value))
	}
	return word(h.hide(value))
}

// value is any value of JSON as YAML, its secrets replaced.
func (h *har) value(place, name string, v any, depth int) *yaml.Node {
	switch v := v.(type) {
	case map[string]any:
		m := &yaml.Node{Kind: yaml.MappingNode}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			m.Content = append(m.Content, word(key), h.value(place, key, v[key], depth+1))
		}
		return compact(m, depth)
	case []any:
		l := &yaml.Node{Kind: yaml.SequenceNode}
		for _, item := range v {
			l.Content = append(l.Content, h.value(place, name, item, depth+1))
		}
		return compact(l, depth)
	case string:
		return h.said(place, name, v)
	case json.Number:
		if isSecretive(name) {
			return word(h.keep(place, name, v.String()))
		}
		return plain(v.String())
	case nil:
		return plain("null")
	}
	return plain(fmt.Sprint(v))
}

// compact writes what is small or deep in braces.
func compact(n *yaml.Node, depth int) *yaml.Node {
	if depth > 0 && len(n.Content) <= 8 || len(n.Content) == 0 || depth > 6 {
		n.Style = yaml.FlowStyle
	}
	return n
}

// expected is what the answer must be: the status that was recorded, and JSON where it was JSON.
func (h *har) expected(place string, e *exchange) *yaml.Node {
	status := int(e.Response.Status)
	switch {
	case h.redirected != "" || status == 304:
		return word("status < 400") // the step follows, and the customer's cache is not ours
	case status < 100 || status > 599:
		h.note(place, "the recording has no answer")
		return word("status < 400")
	case status >= 400:
		h.note(place, "the answer was %d", status)
	}
	expect := word(fmt.Sprintf("status == %d", status))
	if kind := strings.ToLower(e.Response.Content.MimeType); strings.HasPrefix(kind, "application/json") && status < 300 && status != 204 {
		return list(expect, word(`headers["Content-Type"] startsWith "application/json"`))
	}
	return expect
}
