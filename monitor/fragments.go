package monitor

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// FragmentReader reads the files of fragments, and only those that lie below root: who may write a journey must not
// get to read the machine's files in the problems that Outrider prints. A link that leads out is refused too.
func FragmentReader(root string) func(path string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		below, err := relativeTo(root, path)
		if err != nil {
			return nil, err
		}
		folder, err := os.OpenRoot(root)
		if err != nil {
			return nil, errors.New(plain(err))
		}
		defer folder.Close()
		info, err := folder.Stat(below)
		if err != nil {
			return nil, errors.New(plain(err))
		}
		if !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no file", path)
		}
		file, err := folder.Open(below)
		if err != nil {
			return nil, errors.New(plain(err))
		}
		defer file.Close()
		return io.ReadAll(io.LimitReader(file, document.MaxSize+1))
	}
}

func relativeTo(root, path string) (string, error) {
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	from, err := filepath.Abs(root)
	if err != nil {
		return "", err
	}
	below, err := filepath.Rel(from, whole)
	if err != nil || below == ".." || strings.HasPrefix(below, ".."+string(filepath.Separator)) {
		return "", fmt.Errorf("%s lies outside of %s, the configuration's folder", path, root)
	}
	return below, nil
}

// RootOf is the folder that the fragments of a journey's file may lie in: the nearest one above it with an
// outrider.yaml, or the file's own.
func RootOf(file string) string {
	own := filepath.Dir(file)
	dir, err := filepath.Abs(own)
	if err != nil {
		return own
	}
	for ; ; dir = filepath.Dir(dir) {
		for _, name := range []string{"outrider.yaml", "outrider.yml"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
				return dir
			}
		}
		if dir == filepath.Dir(dir) {
			return own
		}
	}
}
