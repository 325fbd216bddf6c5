package document

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// Limits of a file. They are far above what a person writes, and low enough that no file costs a second.
const (
	// MaxSize is the size of a file in bytes.
	MaxSize = 1 << 20
	// MaxDepth is how deep lists and maps may be nested.
	MaxDepth = 64
	// MaxAliased is how many nodes a file's aliases and merge keys may repeat.
	MaxAliased = 10_000
)

// Read reads a file's YAML documents; empty ones are left out. What is wrong with the YAML itself is in the
// problems: syntax, size, depth, duplicate keys, alias bombs, tags. The nodes that could be read are given
// even so, that their problems can be said at once.
func Read(file string, src []byte) ([]*Node, Problems) {
	c := &converter{file: file, lines: &lines{src: string(src)}}
	start := Pos{File: file, Line: 1, Column: 1}
	if len(src) > MaxSize {
		c.add(start, "", fmt.Sprintf("the file has %d bytes", len(src)), fmt.Sprintf("at most %d are read", MaxSize))
		return nil, c.problems
	}
	if !utf8.Valid(src) {
		c.add(invalidUTF8(file, src), "", "the file is not valid UTF-8", "save it as UTF-8")
		return nil, c.problems
	}
	var nodes []*Node
	decoder := yaml.NewDecoder(bytes.NewReader(src))
	for {
		y, err := decode(decoder)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			c.syntax(err)
			break
		}
		if len(y.Content) == 0 {
			continue
		}
		if n := c.convert(y.Content[0], place{}); n != nil && n.Kind != Null {
			nodes = append(nodes, n)
		}
	}
	return nodes, c.problems.Sorted()
}

// decode reads one document. yaml.v3 panics on some broken files; that is a syntax error for us.
func decode(d *yaml.Decoder) (y *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: cannot be read as YAML: %v", r)
		}
	}()
	y = new(yaml.Node)
	return y, d.Decode(y)
}

func invalidUTF8(file string, src []byte) Pos {
	line := 1
	for i, column := 0, 1; i < len(src); column++ {
		r, size := utf8.DecodeRune(src[i:])
		if r == utf8.RuneError && size == 1 {
			return Pos{File: file, Line: line, Column: column}
		}
		if r == '\n' {
			line, column = line+1, 0
		}
		i += size
	}
	return Pos{File: file, Line: line, Column: 1}
}

// converter turns yaml.v3's nodes into ours.
type converter struct {
	file     string
	lines    *lines
	problems Problems
	// open holds the anchors being expanded: an alias to one of them has no end.
	open map[*yaml.Node]bool
	// aliased counts the nodes that aliases repeat.
	aliased int
	inAlias int
	bomb    bool
}

// place is where a node goes.
type place struct {
	parent *Node
	key    string
	index  int
	depth  int
}

func (c *converter) add(pos Pos, path, message, hint string) {
	c.problems = append(c.problems, Problem{Pos: pos, Path: path, Message: message, Hint: hint})
}

func (c *converter) pos(y *yaml.Node) Pos {
	return Pos{File: c.file, Line: y.Line, Column: y.Column}
}

// convert gives nil where the node cannot be used; a problem has been reported then.
func (c *converter) convert(y *yaml.Node, at place) *Node {
	n := &Node{Pos: c.pos(y), parent: at.parent, key: at.key, index: at.index, lines: c.lines}
	if at.depth > MaxDepth {
		c.add(n.Pos, "", fmt.Sprintf("nested more than %d levels deep", MaxDepth), "")
		return nil
	}
	if c.inAlias > 0 {
		if c.aliased++; c.aliased > MaxAliased {
			if !c.bomb {
				c.bomb = true
				c.add(n.Pos, "", fmt.Sprintf("aliases repeat more than %d values", MaxAliased), "write them out")
			}
			return nil
		}
	}
	switch y.Kind {
	case yaml.AliasNode:
		return c.alias(y, at)
	case yaml.ScalarNode:
		return c.scalar(y, n)
	case yaml.SequenceNode:
		c.refuseTag(y, n, "!!seq")
		n.Kind = List
		for i, item := range y.Content {
			if child := c.convert(item, place{n, "", i, at.depth + 1}); child != nil {
				n.Items = append(n.Items, child)
			}
		}
		return n
	case yaml.MappingNode:
		c.refuseTag(y, n, "!!map")
		n.Kind = Mapping
		c.mapping(y, n, at.depth)
		return n
	}
	c.add(n.Pos, n.Path(), "cannot be read", "")
	return nil
}

func (c *converter) alias(y *yaml.Node, at place) *Node {
	if y.Alias == nil || c.open[y.Alias] {
		c.add(c.pos(y), "", fmt.Sprintf("the alias *%s contains itself", y.Value), "")
		return nil
	}
	if c.open == nil {
		c.open = map[*yaml.Node]bool{}
	}
	c.open[y.Alias] = true
	c.inAlias++
	defer func() {
		delete(c.open, y.Alias)
		c.inAlias--
	}()
	return c.convert(y.Alias, at)
}

func (c *converter) scalar(y *yaml.Node, n *Node) *Node {
	const quoting = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	n.Kind, n.Value = Text, y.Value
	n.Quoted = y.Style&quoting != 0
	n.Commented = y.LineComment != ""
	if y.Style&yaml.TaggedStyle != 0 {
		c.refuseTag(y, n, "!!str")
		n.Quoted = true
	}
	if !n.Quoted && (n.Value == "" || n.Value == "~") {
		n.Kind = Null
	}
	return n
}

func (c *converter) refuseTag(y *yaml.Node, n *Node, allowed string) {
	if y.Style&yaml.TaggedStyle != 0 && y.Tag != allowed {
		c.add(n.Pos, n.Path(), fmt.Sprintf("the YAML tag %s is not supported", y.Tag), "leave it out")
	}
}

func (c *converter) mapping(y *yaml.Node, n *Node, depth int) {
	first := map[string]Pos{}
	var merges []*yaml.Node
	for i := 0; i+1 < len(y.Content); i += 2 {
		key, value := y.Content[i], y.Content[i+1]
		if key.Kind != yaml.ScalarNode {
			c.add(c.pos(key), n.Path(), "a key must be text", "")
			continue
		}
		if key.Value == "<<" && key.Style == 0 {
			merges = append(merges, value)
			continue
		}
		if before, ok := first[key.Value]; ok {
			c.problems = append(c.problems, Problem{Pos: c.pos(key), Path: n.Path(),
				Message: fmt.Sprintf("the key %q is there twice", key.Value), Related: []Related{{before, "the first is here"}}})
			// It is read even so, that its own problems are said too.
			c.convert(value, place{n, key.Value, 0, depth + 1})
			continue
		}
		first[key.Value] = c.pos(key)
		if child := c.convert(value, place{n, key.Value, 0, depth + 1}); child != nil {
			n.Entries = append(n.Entries, Entry{key.Value, c.pos(key), child})
		}
	}
	for _, m := range merges {
		c.merge(m, n, first, depth)
	}
}

// merge adds the entries of a merge key's map or list of maps that are not there yet.
func (c *converter) merge(y *yaml.Node, n *Node, first map[string]Pos, depth int) {
	merged := c.convert(y, place{n, "<<", 0, depth + 1})
	if merged == nil {
		return
	}
	maps := []*Node{merged}
	if merged.Kind == List {
		maps = merged.Items
	}
	for _, m := range maps {
		if m.Kind != Mapping {
			c.add(m.Pos, n.Path(), "the merge key << wants a map, got "+m.Kind.String(), "")
			continue
		}
		for _, e := range m.Entries {
			if _, ok := first[e.Key]; ok {
				continue
			}
			first[e.Key] = e.KeyPos
			e.Value.parent = n
			n.Entries = append(n.Entries, e)
		}
	}
}

// syntax reports yaml.v3's error `yaml: line 3: did not find expected key`, which knows no column.
func (c *converter) syntax(err error) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	pos := Pos{File: c.file, Line: 1, Column: 1}
	if rest, ok := strings.CutPrefix(message, "line "); ok {
		number, text, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			pos.Line, message = max(line, 1), text
		}
	}
	hint := ""
	if strings.Contains(message, "cannot start any token") {
		if line, column, ok := c.tab(pos.Line); ok {
			pos.Line, pos.Column = line, column
			message, hint = "a tab cannot indent YAML", "use spaces"
		}
	}
	if strings.Contains(message, "mapping values are not allowed") {
		hint = `text that holds ": " needs quotes`
	}
	if strings.Contains(message, "did not find expected ',' or") {
		hint = "a text with one of , [ ] { } or a ? in it needs quotes inside of [ ] and { }"
	}
	c.add(pos, "", message, hint)
}

// tab finds a tab in the indentation of the line, or of one beside it: yaml.v3's lines are off by one at times.
func (c *converter) tab(near int) (line, column int, found bool) {
	for _, number := range []int{near, near + 1, near - 1} {
		text := c.lines.line(number)
		indent := text[:len(text)-len(strings.TrimLeft(text, " \t"))]
		if i := strings.IndexByte(indent, '\t'); i >= 0 {
			return number, i + 1, true
		}
	}
	return 0, 0, false
}
