package format

import (
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// defaultsSchema is `defaults`: the keys of steps that may stand there.
func (g *grammar) defaultsSchema() schema {
	properties := map[string]schema{}
	for _, f := range g.step {
		if slices.Contains(commonDefaults(), f.key) {
			properties[f.key] = described(f.schema, f.doc)
		}
	}
	for _, v := range g.verbs {
		for _, k := range v.keys {
			if v.inherits(k.name) {
				properties[k.name] = described(k.schema, k.doc)
			}
		}
	}
	return schema{"type": "object", "additionalProperties": false, "properties": properties}
}

// commonDefaults are the keys of every step that may stand in `defaults`.
func commonDefaults() []string { return []string{"timeout", "budget", "retry", "sensitive"} }

// inherits reports whether a key of the verb may stand in `defaults`: how a request is sent, and not what it says.
func (v *verb) inherits(name string) bool {
	said := []string{"query", "json", "form", "body", "multipart", "file", "graphql", "method"}
	return v.place == afterHTTP && !slices.Contains(said, name) && slices.ContainsFunc(v.keys, func(k key) bool { return k.name == name })
}

// checkDefaults reads a block of defaults on its own, so that its mistakes are told even if no step meets them.
func (p *parser) checkDefaults(n *document.Node) {
	m := p.r.Map(n)
	into := &draft{Step: &journeys.Step{}}
	for _, f := range p.g.step {
		if !slices.Contains(commonDefaults(), f.key) {
			continue
		}
		if value := m.Get(f.key); value != nil {
			f.read(p, value, into)
		}
	}
	request := &journeys.Request{}
	for _, f := range requestTable() {
		if !p.g.index["get"].inherits(f.key) {
			continue
		}
		if value := m.Get(f.key); value != nil {
			f.read(p, value, request)
		}
	}
	m.Done()
}

// under makes a block of defaults hold until the function that it gives is called. Nil: there is none.
func (p *parser) under(n *document.Node) (leave func()) {
	if n == nil {
		return func() {}
	}
	p.checkDefaults(n)
	p.defaults = append(p.defaults, n)
	return func() { p.defaults = p.defaults[:len(p.defaults)-1] }
}

// withDefaults is a step with the keys that it does not have itself and that defaults around it have; the nearest
// wins. Of a map such as headers each entry is inherited by itself.
func (p *parser) withDefaults(n *document.Node, v *verb) *document.Node {
	if v.holds {
		return n
	}
	entries := slices.Clone(n.Entries)
	for i := len(p.defaults) - 1; i >= 0; i-- {
		for _, d := range p.defaults[i].Entries {
			if !slices.Contains(commonDefaults(), d.Key) && !v.inherits(d.Key) {
				continue
			}
			at := slices.IndexFunc(entries, func(e document.Entry) bool { return e.Key == d.Key })
			if at < 0 {
				entries = append(entries, d)
			} else if own := entries[at].Value; own.Kind == document.Mapping && d.Value.Kind == document.Mapping && d.Key == "headers" {
				entries[at].Value = own.With(merged(own.Entries, d.Value.Entries))
			}
		}
	}
	return n.With(entries)
}

// merged adds the entries that are not there.
func merged(own, more []document.Entry) []document.Entry {
	all := slices.Clone(own)
	for _, e := range more {
		if !slices.ContainsFunc(own, func(o document.Entry) bool { return strings.EqualFold(o.Key, e.Key) }) {
			all = append(all, e)
		}
	}
	return all
}
