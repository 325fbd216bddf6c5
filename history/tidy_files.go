package history

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"
)

// remove forgets the files of a run.
func (a *artifacts) remove(runID string, startedAt time.Time) {
	if safeName(runID) {
		_ = a.root().RemoveAll(folder(runID, startedAt)) // What is left over goes by age.
	}
}

// tidy removes the files of runs of the days before a time, and of the oldest runs as long as all that is kept is
// more than max bytes. The runs in needed keep theirs.
func (a *artifacts) tidy(before time.Time, most int64, needed map[string]bool) error {
	kept, total, err := a.list()
	if err != nil {
		return err
	}
	oldest := before.UTC().Format(time.DateOnly)
	var errs []error
	for _, f := range kept { // The oldest first: run ids sort by time.
		if needed[f.run] || f.day >= oldest && total <= most {
			continue
		}
		total -= f.bytes
		if err := a.root().RemoveAll(path.Join(f.day, f.run)); err != nil {
			errs = append(errs, err)
		}
		_ = a.root().Remove(f.day) // Succeeds when it is empty.
	}
	return errors.Join(errs...)
}

// runFiles are the files of one run.
type runFiles struct {
	day, run string
	bytes    int64
}

// list gives the files of all runs, the oldest first, and the bytes they take.
func (a *artifacts) list() (kept []runFiles, total int64, err error) {
	tree := a.root().FS()
	days, err := fs.ReadDir(tree, ".")
	if err != nil {
		return nil, 0, fmt.Errorf("listing the days: %w", err)
	}
	for _, day := range days {
		runs, err := fs.ReadDir(tree, day.Name())
		if err != nil {
			continue // Not a folder of ours, or gone by now.
		}
		for _, run := range runs {
			f := runFiles{day: day.Name(), run: run.Name()}
			files, _ := fs.ReadDir(tree, path.Join(f.day, f.run))
			for _, file := range files {
				if info, err := file.Info(); err == nil {
					f.bytes += info.Size()
				}
			}
			kept = append(kept, f)
			total += f.bytes
		}
	}
	return kept, total, nil
}
