package inpage

import (
	"strings"
	"testing"
)

func TestTheScriptIsPlainLines(t *testing.T) {
	names, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		text, err := files.ReadFile(name.Name())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(string(text)) {
			n++
			if strings.Count(line, "`")%2 != 0 {
				t.Errorf("%s:%d: a literal reaches over the end of the line", name.Name(), n)
			}
			for _, r := range line {
				if r > 0xffff {
					t.Errorf("%s:%d: %q has no escape of four digits", name.Name(), n, r)
				}
			}
		}
	}
	for line := range strings.Lines(Source()) {
		if strings.HasPrefix(strings.TrimSpace(line), "//") {
			t.Errorf("a comment is sent: %s", line)
		}
		if i := strings.IndexFunc(line, func(r rune) bool { return r > 0x7e }); i >= 0 {
			t.Errorf("a line is not ASCII: %s", line)
		}
	}
}
