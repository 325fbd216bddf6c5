package worktree

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Path is where a file of the repository, named with slashes, is found from the package two folders below its
// root whose test is running.
func Path(name string) string { return filepath.Join("..", "..", filepath.FromSlash(name)) }

// Files lists all files relative to the root of the repository, with slashes, in order.
func Files() ([]string, error) {
	ignored, err := os.ReadFile(Path(".gitignore"))
	if err != nil {
		return nil, fmt.Errorf("finding the root of the repository: %w", err)
	}
	patterns := append(strings.Fields(string(ignored)), ".git/", "/.git")
	var files []string
	err = filepath.WalkDir(Path("."), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(Path("."), name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch ignore := ignores(patterns, rel, d.IsDir()); {
		case ignore && d.IsDir():
			return fs.SkipDir
		case !ignore && !d.IsDir():
			files = append(files, rel)
		}
		return nil
	})
	return files, err
}

// ignores understands the part of gitignore's language that ours uses: a slash at the start or within anchors,
// one at the end means a folder, * is a wildcard within a name.
func ignores(patterns []string, rel string, dir bool) bool {
	for _, p := range patterns {
		if strings.HasSuffix(p, "/") && !dir {
			continue
		}
		subject := path.Base(rel)
		if strings.Contains(strings.TrimSuffix(p, "/"), "/") {
			subject = rel
		}
		if ok, _ := path.Match(strings.Trim(p, "/"), subject); ok {
			return true
		}
	}
	return false
}
