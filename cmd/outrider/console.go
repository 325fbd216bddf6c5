package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// The exit codes.
const (
	codePassed = iota
	codeFailed
	codeUsage
	codeUnjudged
)

// console is where a person reads.
type console struct {
	out, err io.Writer
	// colour says whether out is a terminal that wants it.
	colour bool
}

func newConsole() *console {
	tty := isatty.IsTerminal(os.Stdout.Fd()) && os.Getenv("TERM") != "dumb"
	return &console{out: os.Stdout, err: os.Stderr, colour: tty && os.Getenv("NO_COLOR") == ""}
}

// A failure ends the command with a code; err and hint are told. A nil err ends it silently.
type failure struct {
	code int
	err  error
	hint string
}

func (f *failure) Error() string {
	if f.err == nil {
		return fmt.Sprintf("exit %d", f.code)
	}
	return f.err.Error()
}

func (f *failure) Unwrap() error { return f.err }

// usage is a mistake in what was typed or in a file.
func usage(message, hint string) error {
	return &failure{code: codeUsage, err: errors.New(message), hint: hint}
}

// finish tells the error and gives the exit code.
func (c *console) finish(err error) int {
	if err == nil {
		return codePassed
	}
	f := &failure{code: codeUsage, err: err}
	errors.As(err, &f)
	if f.err == nil {
		return f.code
	}
	var problems document.Problems
	if errors.As(f.err, &problems) {
		c.problems(c.err, problems)
		fmt.Fprintf(c.err, "outrider: error: %s\n", countProblems(problems))
	} else {
		fmt.Fprintf(c.err, "outrider: error: %s\n", f.err)
	}
	if f.hint != "" {
		fmt.Fprintf(c.err, "outrider: hint: %s\n", f.hint)
	}
	return f.code
}

// problems writes each problem with its line of the file and a caret.
func (c *console) problems(w io.Writer, problems document.Problems) {
	files := map[string][]string{}
	for _, p := range problems {
		where := p.Pos.String()
		if p.Path != "" {
			where += ": " + p.Path
		}
		message := p.Message
		if p.Warning != "" {
			message = "warning: " + message + " [" + p.Warning + "]"
		}
		fmt.Fprintf(w, "%s: %s\n", where, message)
		if line, ok := sourceLine(files, p.Pos); ok {
			fmt.Fprintf(w, "%6d | %s\n       | %s^\n", p.Pos.Line, line, indent(line, p.Pos.Column-1))
		}
		if p.Hint != "" {
			fmt.Fprintf(w, "       = %s\n", p.Hint)
		}
		for _, r := range p.Related {
			fmt.Fprintf(w, "       > %s: %s\n", r.Message, r.Pos)
		}
	}
}

// longestLine is how much of a line is shown.
const longestLine = 400

func sourceLine(files map[string][]string, pos document.Pos) (string, bool) {
	lines, read := files[pos.File]
	if !read {
		lines = readLines(pos.File)
		files[pos.File] = lines
	}
	if pos.Line < 1 || pos.Line > len(lines) || len(lines[pos.Line-1]) > longestLine {
		return "", false
	}
	return printable(lines[pos.Line-1]), true
}

func readLines(file string) []string {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	var lines []string
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		lines = append(lines, s.Text())
	}
	return lines
}

// printable replaces what would move a terminal's cursor, one character by one.
func printable(line string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '·'
		}
		return r
	}, line)
}

// indent is as wide as the first n characters of the line.
func indent(line string, n int) string {
	var b strings.Builder
	for _, r := range line {
		if n <= 0 {
			break
		}
		n--
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()
}

func countProblems(problems document.Problems) string {
	files := map[string]bool{}
	for _, p := range problems {
		files[p.Pos.File] = true
	}
	return fmt.Sprintf("%s in %s", plural(len(problems), "problem"), plural(len(files), "file"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// pathOf says an error of the file system with its path and without the name of the system call.
func pathOf(err error) string {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Sprintf("%s: %s", path.Path, path.Err)
	}
	return err.Error()
}
