package monitor

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

// settle is how long files must be left alone before they are read again: editors and deployments write in
// several steps.
const settle = 300 * time.Millisecond

// watcher tells when a file of the configuration has other content than the one in use.
type watcher struct {
	files *fsnotify.Watcher
	log   *slog.Logger
	// sources gives the files and the folders to watch at this moment.
	sources func() (files, folders []string)
	changed func()

	watched map[string]bool
	last    [sha256.Size]byte
}

func newWatcher(log *slog.Logger, sources func() (files, folders []string), changed func()) (*watcher, error) {
	files, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	w := &watcher{files: files, log: log, sources: sources, changed: changed, watched: map[string]bool{}}
	w.follow()
	w.last = w.fingerprint()
	return w, nil
}

// Run watches until ctx ends.
func (w *watcher) Run(ctx context.Context) error {
	defer w.files.Close()
	quiet := time.NewTimer(0)
	quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case _, ok := <-w.files.Events:
			if !ok {
				return nil
			}
			quiet.Reset(settle)
		case err, ok := <-w.files.Errors:
			if !ok {
				return nil
			}
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				w.log.Warn("watching the configuration", "error", err)
			}
			quiet.Reset(settle)
		case <-quiet.C:
			// The data folder may lie beside the journeys: only other content counts.
			if now := w.fingerprint(); now != w.last {
				w.last = now
				w.changed()
				w.follow()
				w.last = w.fingerprint()
			}
		}
	}
}

// follow watches the folders of all files: a file that is replaced is another file under the same name.
func (w *watcher) follow() {
	files, folders := w.sources()
	for _, file := range files {
		folders = append(folders, filepath.Dir(file))
	}
	for _, folder := range folders {
		if w.watched[folder] {
			continue
		}
		if err := w.files.Add(folder); err != nil {
			w.log.Warn("a folder cannot be watched; use SIGHUP after a change", "folder", folder, "error", err)
			continue
		}
		w.watched[folder] = true
	}
}

// fingerprint is a hash of the names and contents of all YAML files in use or beside those in use.
func (w *watcher) fingerprint() (sum [sha256.Size]byte) {
	files, folders := w.sources()
	h := sha256.New()
	seen := map[string]bool{}
	for _, folder := range folders {
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if IsYAML(e.Name()) || e.IsDir() && !hidden(e.Name()) {
				files = append(files, filepath.Join(folder, e.Name()))
			}
		}
	}
	for _, file := range files {
		if seen[file] {
			continue
		}
		seen[file] = true
		io.WriteString(h, file+"\x00")
		if special(file) {
			continue // a folder's name is enough
		}
		if f, err := os.Open(file); err == nil {
			io.Copy(h, f)
			f.Close()
		}
		h.Write([]byte{0})
	}
	h.Sum(sum[:0])
	return sum
}
