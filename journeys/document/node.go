package document

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is what a node is in YAML.
type Kind int

// The kinds. Null is a key without a value, or ~. Every other scalar is Text until a reader asks for a type.
const (
	Null Kind = iota
	Text
	List
	Mapping
)

// String names the kind as a message to a person does.
func (k Kind) String() string {
	return [...]string{"nothing", "text", "a list", "a map"}[k]
}

// Node is one value of a document. Nodes are made by [Read] and do not change.
type Node struct {
	Pos  Pos
	Kind Kind
	// Value is a scalar's text: as written when plain, decoded when quoted.
	Value string
	// Quoted says that the author put the scalar in quotes or in a block: it is text and nothing else.
	Quoted bool
	// Commented says that a comment follows on the line. In an unquoted text, a # after a space begins one.
	Commented bool
	// Items are the entries of a list.
	Items []*Node
	// Entries are the entries of a map, in the order of the file, merge keys resolved, each key once.
	Entries []Entry

	parent *Node
	// key and index are the node's place in its parent.
	key   string
	index int
	lines *lines
}

// Entry is one key of a map with its value.
type Entry struct {
	Key    string
	KeyPos Pos
	Value  *Node
}

// With is the map with other entries, in the same place.
func (n *Node) With(entries []Entry) *Node {
	other := *n
	other.Entries = entries
	return &other
}

// Path is where the node is in its document, such as steps[2].expect[0]; empty for the document itself.
func (n *Node) Path() string {
	if n == nil || n.parent == nil {
		return ""
	}
	up := n.parent.Path()
	if n.parent.Kind == List {
		return up + "[" + strconv.Itoa(n.index) + "]"
	}
	return join(up, n.key)
}

func join(path, key string) string {
	if key == "" || strings.ContainsAny(key, ". []:()\n") {
		key = strconv.Quote(key)
	}
	if path == "" {
		return key
	}
	return path + "." + key
}

// At is the place of a byte of the node's Value. It is exact where the scalar stands on one line as it is
// read, and in a literal block (|); elsewhere it is the scalar's start.
func (n *Node) At(offset int) Pos {
	if n.Kind != Text || offset < 0 || offset > len(n.Value) {
		return n.Pos
	}
	line := n.lines.line(n.Pos.Line)
	if pos, ok := n.inBlock(line, offset); ok || offset == 0 {
		return pos
	}
	start := n.Pos.Column - 1
	if n.Quoted {
		start++
	}
	for range start {
		_, size := utf8.DecodeRuneInString(line)
		line = line[size:]
	}
	if !strings.HasPrefix(line, n.Value) {
		return n.Pos
	}
	pos := n.Pos
	pos.Column = start + 1 + utf8.RuneCountInString(n.Value[:offset])
	return pos
}

// inBlock is the place of a byte in a literal block, whose lines stand below its indicator, all indented alike. head is the
// indicator's line.
func (n *Node) inBlock(head string, offset int) (Pos, bool) {
	if runes := []rune(head); n.Pos.Column > len(runes) || runes[n.Pos.Column-1] != '|' {
		return n.Pos, false
	}
	before := n.Value[:offset]
	start := strings.LastIndexByte(before, '\n') + 1
	text, _, _ := strings.Cut(n.Value[start:], "\n")
	number := n.Pos.Line + 1 + strings.Count(before, "\n")
	line := strings.TrimSuffix(n.lines.line(number), "\r")
	if !strings.HasSuffix(line, text) {
		return n.Pos, false
	}
	return Pos{File: n.Pos.File, Line: number, Column: len(line) - len(text) + 1 + utf8.RuneCountInString(n.Value[start:offset])}, true
}

// lines is the source of a file, split on demand.
type lines struct {
	src   string
	split []string
}

func (l *lines) line(number int) string {
	if l == nil {
		return ""
	}
	if l.split == nil {
		l.split = strings.Split(l.src, "\n")
	}
	if number < 1 || number > len(l.split) {
		return ""
	}
	return l.split[number-1]
}
