package document

import (
	"fmt"
	"strings"
)

// Pos is a place in a file; Line and Column count from 1. The zero Pos is no place.
type Pos struct {
	File         string
	Line, Column int
}

func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Problem is one mistake in a file, for the person who wrote it.
type Problem struct {
	Pos Pos
	// Path is where in the document, such as steps[2].expect[0].
	Path    string
	Message string
	// Hint says what to do; may be empty.
	Hint string
}

// Error gives `file:line:col: path: message (hint)`.
func (p Problem) Error() string {
	var b strings.Builder
	b.WriteString(p.Pos.String())
	b.WriteString(": ")
	if p.Path != "" {
		b.WriteString(p.Path)
		b.WriteString(": ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	return b.String()
}

// Problems is the error of a file: every problem at once, in the order of the file.
type Problems []Problem

func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}
