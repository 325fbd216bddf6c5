package extract

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/speakeasy-api/jsonpath/pkg/jsonpath"
	"gopkg.in/yaml.v3"
)

// JSONPath is a compiled path (RFC 9535).
type JSONPath struct {
	source string
	path   *jsonpath.JSONPath
}

// maxDescents bounds the `..` of a path: each multiplies the work by the document's depth.
const maxDescents = 2

// CompileJSONPath reads a path.
func CompileJSONPath(source string) (p *JSONPath, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("not a JSONPath: %v", r)
		}
	}()
	if !strings.HasPrefix(source, "$") {
		return nil, errors.New("not a JSONPath: it begins with $")
	}
	if strings.Count(source, "..") > maxDescents {
		return nil, fmt.Errorf("more than %d .. in a path would take too long", maxDescents)
	}
	path, err := jsonpath.NewPath(source)
	if err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return nil, fmt.Errorf("not a JSONPath: %s", first)
	}
	return &JSONPath{source, path}, nil
}

func (p *JSONPath) String() string { return p.source }

// Find gives the values that the path leads to, in the document's order; the members of an object are in that of their
// names. Numbers keep their digits.
func (p *JSONPath) Find(document any) (found []any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("JSONPath: %v", r)
		}
	}()
	b := builder{values: map[*yaml.Node]any{}}
	root, err := b.build(document, 0)
	if err != nil {
		return nil, err
	}
	found = []any{}
	for _, node := range p.path.Query(root) {
		value, ok := b.values[node]
		if !ok {
			value = node.Value
		}
		found = append(found, value)
	}
	return found, nil
}

// builder makes the nodes that the library walks through, and knows the value behind each.
type builder struct {
	values map[*yaml.Node]any
}

func (b *builder) build(v any, depth int) (*yaml.Node, error) {
	if len(b.values) >= maxNodes {
		return nil, fmt.Errorf("the JSON has more than %d values", maxNodes)
	}
	if depth > maxDepth {
		return nil, errTooDeep
	}
	node := &yaml.Node{Kind: yaml.ScalarNode}
	b.values[node] = v
	switch v := v.(type) {
	case map[string]any:
		node.Kind, node.Tag = yaml.MappingNode, "!!map"
		for _, key := range slices.Sorted(maps.Keys(v)) {
			child, err := b.build(v[key], depth+1)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, child)
		}
	case []any:
		node.Kind, node.Tag = yaml.SequenceNode, "!!seq"
		for _, item := range v {
			child, err := b.build(item, depth+1)
			if err != nil {
				return nil, err
			}
			node.Content = append(node.Content, child)
		}
	case string:
		node.Tag, node.Value = "!!str", v
	case bool:
		node.Tag, node.Value = "!!bool", strconv.FormatBool(v)
	case nil:
		node.Tag, node.Value = "!!null", "null"
	case json.Number:
		node.Tag, node.Value = "!!float", v.String()
		if !strings.ContainsAny(v.String(), ".eE") {
			node.Tag = "!!int"
		}
	default:
		return nil, fmt.Errorf("want JSON, got a %T", v)
	}
	return node, nil
}
