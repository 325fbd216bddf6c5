package document

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Pos is a place in a file; Line and Column count from 1, columns in characters. The zero Pos is no place.
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
	// Warning is the name of what is doubtful, such as unchecked-end; empty for a mistake. What has only warnings may
	// be run.
	Warning string
	// Related are other places that have to do with it: what it conflicts with, who uses it.
	Related []Related
}

// Related is another place that a problem has to do with, and how.
type Related struct {
	Pos     Pos
	Message string
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
	if p.Warning != "" {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Message)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	for _, r := range p.Related {
		b.WriteString(" [" + r.Message + ": " + r.Pos.String() + "]")
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

// Err gives the mistakes as an error, or nil when there are none. Warnings are no error.
func (ps Problems) Err() error {
	mistakes := slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Warning != "" })
	if len(mistakes) == 0 {
		return nil
	}
	return mistakes.bounded()
}

// MostProblems is how many mistakes of one file are told: nobody reads more.
const MostProblems = 1000

// Warnings are those of the problems that are no mistakes.
func (ps Problems) Warnings() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Warning == "" })
}

// Sorted gives the problems in the order of the file, each once: what an alias repeats is said once.
func (ps Problems) Sorted() Problems {
	sorted := slices.Clone(ps)
	slices.SortStableFunc(sorted, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.Pos.File, b.Pos.File),
			cmp.Compare(a.Pos.Line, b.Pos.Line),
			cmp.Compare(a.Pos.Column, b.Pos.Column),
		)
	})
	return slices.CompactFunc(sorted, func(a, b Problem) bool {
		return a.Pos == b.Pos && a.Message == b.Message
	})
}

// bounded leaves out what is too much of one file, and says so at its end.
func (ps Problems) bounded() Problems {
	if len(ps) <= MostProblems {
		return ps
	}
	told := map[string]int{}
	var kept Problems
	last := map[string]Problem{}
	for _, p := range ps {
		if told[p.Pos.File]++; told[p.Pos.File] <= MostProblems {
			kept = append(kept, p)
		}
		last[p.Pos.File] = p
	}
	for file, n := range told {
		if n > MostProblems {
			more := Problem{Pos: last[file].Pos, Message: fmt.Sprintf("and %d problems before this one that are not shown", n-MostProblems)}
			kept = append(kept, more)
		}
	}
	return kept.Sorted()
}
