package history

import (
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/paging"
)

// maxBatch bounds what shares one flush, and with it the wait of the first.
const maxBatch = 512

// mostSpare bounds the records that wait to be used again.
const mostSpare = 128

// retryDisk is how long a disk that could not be written is left alone.
const retryDisk = 200 * time.Millisecond

// How much less than Gather the flush waits once a batch holds a settlement, or a page.
const (
	patient   = 1
	settling  = 5
	pageWaits = 20
)

// job is one thing to be written: an update, a settlement or a chore.
type job struct {
	journey string
	update  func(Prev) Entry
	settle  *paging.Settlement
	chore   func(*batch) error
	done    chan error
}

// writer is the one goroutine that writes. Many jobs share one transaction, and so one flush of the disk.
type writer struct {
	*Store
	db *sql.DB
	st *statements
	// ids, rings and the counters are what the writer knows of the rows; they are read anew after a failure.
	ids      map[string]int64
	rings    map[int64]*ring
	nextRun  int64
	nextSlot int64

	// spare are the records that can be used again.
	spare []*record

	flushedAt time.Time
	brokenAt  time.Time
	broken    error
}

// run writes until the store is closed.
func (w *writer) run() {
	defer close(w.written)
	defer w.disconnect()
	for {
		select {
		case first := <-w.queue:
			b := w.gather(first)
			w.commit(b)
			w.flushedAt = time.Now()
		case <-w.quit:
			return
		}
	}
}

// gather collects what shares the next flush. After a quiet moment nothing is waited for. Under load runs wait
// for each other, but somebody who is to be paged waits for almost nobody.
func (w *writer) gather(first *job) *batch {
	b := newBatch(w)
	b.prepare(first)
	timer := time.NewTimer(w.patience(b))
	defer timer.Stop()
	for len(b.jobs) < maxBatch {
		select {
		case j := <-w.queue:
			urgent := b.urgency
			if b.prepare(j); b.urgency > urgent {
				timer.Reset(w.patience(b))
			}
			continue
		default:
		}
		select {
		case j := <-w.queue:
			urgent := b.urgency
			if b.prepare(j); b.urgency > urgent {
				timer.Reset(w.patience(b))
			}
		case <-timer.C:
			return b
		case <-w.quit:
			return b
		}
	}
	return b
}

// patience is how long the flush can still wait.
func (w *writer) patience(b *batch) time.Duration {
	return w.o.Gather/b.urgency - time.Since(w.flushedAt)
}

// commit writes the batch and answers its jobs.
func (w *writer) commit(b *batch) {
	if w.broken != nil && time.Since(w.brokenAt) < retryDisk {
		w.refuse(b.jobs)
		return
	}
	err := examine(w.dir, w.try(b))
	if full(err) && w.pages.release() {
		err = examine(w.dir, w.try(w.again(b.jobs)))
	}
	switch {
	case err == nil && w.broken != nil:
		w.o.Log.Info("the history can be written again", "folder", w.dir)
		w.broken = nil
	case err == nil:
	case diskTrouble(err):
		w.gaveUp(b.jobs, err)
	case len(b.jobs) == 1:
		w.disconnect()
		b.jobs[0].done <- err
	default: // One of them is to blame: each on its own.
		w.disconnect()
		for n := range b.jobs {
			w.commit(w.again(b.jobs[n : n+1]))
		}
	}
}

// again prepares jobs anew, from the states as they are now.
func (w *writer) again(jobs []*job) *batch {
	b := newBatch(w)
	for _, j := range jobs {
		b.prepare(j)
	}
	return b
}

// gaveUp tells everybody that the disk cannot be written, and starts anew with what is on it.
func (w *writer) gaveUp(jobs []*job, err error) {
	if w.broken == nil {
		w.o.Log.Error("the history cannot be written", "folder", w.dir, "err", err)
	}
	w.broken, w.brokenAt = err, time.Now()
	w.disconnect()
	w.refuse(jobs)
}

func (w *writer) refuse(jobs []*job) {
	for _, j := range jobs {
		j.done <- fmt.Errorf("%w: %w", ErrUnavailable, w.broken)
	}
}

// try writes the batch in one transaction. If the error is not nil, nothing was written and nobody answered.
func (w *writer) try(b *batch) error {
	if w.st == nil {
		if err := w.connect(); err != nil {
			return err
		}
		b = w.again(b.jobs)
	}
	b.keepArtifacts()
	if err := b.write(); err != nil {
		return err
	}
	b.publish()
	return nil
}

// connect opens the database and reads what the writer keeps in memory.
func (w *writer) connect() error {
	db, c, err := openWriter(w.file(), w.broken == nil)
	if err != nil {
		return err
	}
	st, err := prepareStatements(c)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	w.db, w.st = db, st
	w.ids, w.rings = map[string]int64{}, map[int64]*ring{}
	if err := w.load(c); err != nil {
		w.disconnect()
		return err
	}
	return nil
}

func (w *writer) disconnect() {
	if w.st == nil {
		return
	}
	if err := errors.Join(w.st.close(), w.db.Close()); err != nil {
		w.o.Log.Warn("closing the history", "err", err)
	}
	w.db, w.st = nil, nil
}

// record gives an empty record.
func (w *writer) record() *record {
	last := len(w.spare) - 1
	if last < 0 {
		return newRecord()
	}
	rec := w.spare[last]
	w.spare = w.spare[:last]
	return rec
}

// reuse takes back records that nobody needs any more.
func (w *writer) reuse(records []*record) {
	for _, rec := range records {
		if rec != nil && rec.clear() && len(w.spare) < mostSpare {
			w.spare = append(w.spare, rec)
		}
	}
}
