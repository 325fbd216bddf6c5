package history

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/outrider-monitor/outrider/probes"
)

// artifacts are the files beside the database: <date>/<run id>/<name>, date and id of the run. The os.Root
// keeps every path inside, whatever a name says.
type artifacts struct {
	dir string
	in  atomic.Pointer[os.Root]
}

func openArtifacts(dir string) (*artifacts, error) {
	a := &artifacts{dir: dir}
	return a, a.reopen()
}

// reopen makes the folder if it is not there. Somebody who wants room deletes it while the monitor runs, and what
// was opened is then a folder without a name. It is not closed here: others may be reading in it.
func (a *artifacts) reopen() error {
	if err := os.MkdirAll(a.dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(a.dir)
	if err == nil {
		a.in.Store(root)
	}
	return err
}

func (a *artifacts) root() *os.Root { return a.in.Load() }

func (a *artifacts) close() error { return a.root().Close() }

// safeName is what a run id or an artifact's name may look like: no separators, no leading dot.
func safeName(name string) bool {
	for n, c := range []byte(name) {
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && (n == 0 || c != '.' && c != '_' && c != '-') {
			return false
		}
	}
	return 0 < len(name) && len(name) <= 200
}

// folder is where a run's files are.
func folder(runID string, startedAt time.Time) string {
	return path.Join(startedAt.UTC().Format(time.DateOnly), runID)
}

// keep writes a run's files to the disk, flushed.
func (a *artifacts) keep(r *probes.Result) error {
	var errs []error
	for n := range r.Attempts {
		e := r.Attempts[n].Evidence
		if e == nil {
			continue
		}
		for _, f := range e.Artifacts {
			if len(f.Data) == 0 {
				continue
			}
			if err := a.write(folder(r.RunID, r.StartedAt), r.RunID, f); err != nil {
				errs = append(errs, fmt.Errorf("keeping %q of run %q: %w", f.Name, r.RunID, err))
			}
		}
	}
	return errors.Join(errs...)
}

func hasFiles(r *probes.Result) bool {
	for n := range r.Attempts {
		if e := r.Attempts[n].Evidence; e != nil && len(e.Artifacts) > 0 {
			return true
		}
	}
	return false
}

func (a *artifacts) write(dir, runID string, f probes.Artifact) error {
	if !safeName(runID) || !safeName(f.Name) {
		return errors.New("not a safe file name")
	}
	err := a.root().MkdirAll(dir, 0o700)
	if errors.Is(err, fs.ErrNotExist) {
		if err = a.reopen(); err == nil {
			err = a.root().MkdirAll(dir, 0o700)
		}
	}
	if err != nil {
		return err
	}
	name := path.Join(dir, f.Name)
	out, err := a.root().OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = out.Write(f.Data)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err != nil {
		_ = a.root().Remove(name) // Rather none than half a picture.
	}
	return err
}

// open gives a run's file.
func (a *artifacts) open(runID string, startedAt time.Time, name string) (*os.File, error) {
	if !safeName(runID) || !safeName(name) {
		return nil, ErrNotFound
	}
	f, err := a.root().Open(path.Join(folder(runID, startedAt), name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return f, err
}

// keepArtifacts writes the files of the whole batch, before the entries that speak of them are committed. A
// file that cannot be kept is left out: the page matters more.
func (b *batch) keepArtifacts() {
	var g errgroup.Group
	g.SetLimit(8)
	for n, rec := range b.records {
		if rec == nil || b.errs[n] != nil || !hasFiles(&rec.entry.Result) {
			continue
		}
		g.Go(func() error {
			if err := b.w.files.keep(&rec.entry.Result); err != nil {
				b.w.o.Log.Error("evidence is not kept", "journey", rec.journey, "err", err)
			}
			return nil
		})
	}
	_ = g.Wait()
}
