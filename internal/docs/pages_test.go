package docs

import (
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/internal/worktree"
)

// page is a Markdown file, taken apart as far as the tests need it.
type page struct {
	path string
	// text is the file with the inside of code blocks blanked; line numbers stay.
	text   string
	blocks []block
}

// block is a fenced code block. Info is what follows the fence, such as "yaml steps".
type block struct {
	info string
	text string
	// line is the file's line before the block's first.
	line int
}

// files are all files of the repository.
func files(t *testing.T) []string {
	t.Helper()
	all, err := worktree.Files()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// pages are all Markdown files of the repository.
func pages(t *testing.T) []page {
	t.Helper()
	var ps []page
	for _, name := range files(t) {
		if path.Ext(name) != ".md" {
			continue
		}
		src, err := os.ReadFile(worktree.Path(name))
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, readPage(name, string(src)))
	}
	if len(ps) == 0 {
		t.Fatal("no Markdown file found; the tests of the documentation have nothing to check")
	}
	return ps
}

func readPage(name, src string) page {
	p := page{path: name}
	var outside []string
	var inside *block
	for i, line := range strings.Split(src, "\n") {
		fence := strings.HasPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && inside == nil:
			inside = &block{info: strings.TrimPrefix(strings.TrimSpace(line), "```"), line: i + 1}
			line = ""
		case fence:
			p.blocks = append(p.blocks, *inside)
			inside, line = nil, ""
		case inside != nil:
			inside.text += line + "\n"
			line = ""
		}
		outside = append(outside, line)
	}
	p.text = strings.Join(outside, "\n")
	return p
}

func TestEveryLinkOfTheDocumentationLeadsSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	ps := pages(t)
	all := files(t)
	for _, p := range ps {
		for _, m := range link.FindAllStringSubmatch(p.text, -1) {
			if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
				continue
			}
			target, anchor, _ := strings.Cut(m[1], "#")
			file := p.path
			if target != "" {
				file = path.Join(path.Dir(p.path), target)
			}
			folder := func(name string) bool { return strings.HasPrefix(name, file+"/") }
			if !slices.Contains(all, file) && !slices.ContainsFunc(all, folder) {
				t.Errorf("%s: the link %s leads to no file", p.path, m[1])
				continue
			}
			if anchor != "" && !slices.Contains(anchors(ps, file), anchor) {
				t.Errorf("%s: the link %s leads to no heading, want one of %q", p.path, m[1], anchors(ps, file))
			}
		}
	}
}

// anchors are the names that the headings of a file get when it is shown.
func anchors(ps []page, file string) []string {
	var names []string
	for _, p := range ps {
		if p.path != file {
			continue
		}
		for _, line := range strings.Split(p.text, "\n") {
			if title := strings.TrimLeft(line, "#"); title != line {
				names = append(names, slug(title))
			}
		}
	}
	return names
}

func slug(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(title)) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-' || r == '_' || (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') || r > 127:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// What the documentation tells people to type exists.
func TestEveryMakeTargetThatTheDocumentationNamesExists(t *testing.T) {
	makefile, err := os.ReadFile(worktree.Path("Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages(t) {
		text := p.text
		for _, b := range p.blocks {
			text += b.text
		}
		for _, m := range regexp.MustCompile("(?m)(?:`|^|\\$ )make ([a-z-]+)").FindAllStringSubmatch(text, -1) {
			if !strings.Contains(string(makefile), "\n"+m[1]+":") {
				t.Errorf("%s tells people to run make %s, which is no target", p.path, m[1])
			}
		}
	}
}
