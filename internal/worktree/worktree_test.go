package worktree

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestFilesAreThoseThatGitTracks(t *testing.T) {
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("git", "-C", Path("."), "ls-files").Output()
	if err != nil {
		t.Logf("no git here: %v", err)
		out = []byte("go.mod\nREADME.md\ncmd/outrider/main.go")
	}
	for _, name := range strings.Fields(string(out)) {
		if !slices.Contains(files, name) {
			t.Errorf("%s is tracked and was not found", name)
		}
	}
}

func TestPatternsMeanWhatGitMeansByThem(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		dir, want     bool
	}{
		{"/bin/", "bin", true, true},
		{"/bin/", "bin", false, false},
		{"/bin/", "examples/bin", true, false},
		{"*.test", "paging/paging.test", false, true},
		{"/examples/shop/ca.pem", "examples/shop/ca.pem", false, true},
		{"/examples/shop/ca.pem", "ca.pem", false, false},
		{".git/", ".git", true, true},
		{".git/", ".gitignore", false, false},
	} {
		if got := ignores([]string{c.pattern}, c.name, c.dir); got != c.want {
			t.Errorf("%s and %s (folder: %v): got %v, want %v", c.pattern, c.name, c.dir, got, c.want)
		}
	}
}
