package imports

import (
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// source is a map of a YAML file whose keys are taken one by one: those that are left are told.
type source struct {
	*document.Map
	place string
}

func sourceOf(n *document.Node, place string) source {
	return source{document.NewReader(nil).Map(n), place}
}

// below is a map under a key.
func (s source) below(key string) source {
	return source{s.Map.Map(key), join(s.place, key)}
}

// duration reads what Prometheus and Go write; zero where it is none.
func (s source) duration(key string) time.Duration {
	d, err := document.ParseDuration(s.Text(key))
	if err != nil {
		d, _ = time.ParseDuration(s.Text(key))
	}
	return d
}

// isTrue reports whether the key is there and true.
func (s source) isTrue(key string) bool { return strings.EqualFold(s.Text(key), "true") }

// rest notes the keys that nobody took.
func (s source) rest(d *draft) {
	for _, e := range s.Unknown() {
		d.note(join(s.place, e.Key), "%s is not carried over: %s", label(e.Key, 60), label(describe(e.Value), 120))
	}
}

func describe(n *document.Node) string {
	switch n.Kind {
	case document.Text:
		if isSecretive(n.Path()) {
			return "…"
		}
		return n.Value
	case document.List:
		texts := make([]string, len(n.Items))
		for i, item := range n.Items {
			texts[i] = describe(item)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	case document.Mapping:
		texts := make([]string, len(n.Entries))
		for i, e := range n.Entries {
			texts[i] = e.Key + ": " + describe(e.Value)
		}
		return "{" + strings.Join(texts, ", ") + "}"
	}
	return "nothing"
}

func join(place, key string) string {
	if place == "" {
		return key
	}
	return place + "." + key
}

// readYAML reads a file of one document that is a map.
func readYAML(what, file string, src []byte) (*document.Node, error) {
	nodes, problems := document.Read(file, src)
	if len(problems) > 0 {
		return nil, fmt.Errorf("reading %s: %w", what, problems)
	}
	if len(nodes) == 0 || nodes[0].Kind != document.Mapping {
		return nil, fmt.Errorf("reading %s: the file holds no map", what)
	}
	return nodes[0], nil
}

// span writes a duration as a journey does.
func span(d time.Duration) string {
	if d%time.Second == 0 {
		return fmt.Sprintf("%ds", d/time.Second)
	}
	return fmt.Sprintf("%dms", max(1, d.Milliseconds()))
}
