package history

import (
	"fmt"
	"maps"
	"runtime"
	"time"

	"github.com/outrider-monitor/outrider/incidents"
)

// batch is what one transaction writes: jobs, and the states that they lead to on top of the stored ones.
type batch struct {
	w *writer
	// states are the records that hold the states which the jobs lead to.
	states  map[string]*record
	monitor *incidents.State
	notes   notes
	ids     map[string]int64
	jobs    []*job
	records []*record
	errs    []error
	pending int64
	// added are the subjects of the runs, for those who tidy up.
	added []int64
	// urgency divides the time for which the flush may wait.
	urgency time.Duration
}

func newBatch(w *writer) *batch {
	return &batch{w: w, notes: w.notes, states: map[string]*record{}, ids: map[string]int64{}, urgency: patient}
}

// prepare does everything for a job that needs no disk. A job that fails here fails alone.
func (b *batch) prepare(j *job) {
	var rec *record
	var err error
	switch {
	case j.settle != nil:
		b.urgency = max(b.urgency, settling)
	case j.update != nil:
		if rec, err = b.record(j); err == nil && len(rec.pages) > 0 {
			b.urgency = pageWaits
		}
	}
	b.jobs = append(b.jobs, j)
	b.records = append(b.records, rec)
	b.errs = append(b.errs, err)
	// On one core the runs that are due meanwhile must not wait for a whole batch.
	runtime.Gosched()
}

// record asks the job for its entry, from the states as the jobs before it leave them.
func (b *batch) record(j *job) (*record, error) {
	prev := Prev{State: b.state(j.journey), Monitor: b.monitorState(), Others: b.state, Windows: b.notes.windows, Deploys: b.notes.deploys}
	entry, err := ask(j.update, prev)
	if err != nil {
		return nil, err
	}
	rec := b.w.record()
	rec.quiet = b.known(j.journey) && quiet(&prev.State, &entry)
	if err := rec.encode(j.journey, &entry, b.w.o.Log); err != nil {
		return nil, err
	}
	if j.journey != "" {
		b.states[j.journey] = rec
	}
	if rec.monitor != nil {
		b.monitor = rec.entry.Monitor
	}
	b.notes = b.notes.with(&rec.entry)
	return rec, nil
}

// ask calls the update; its panic is its own failure, not the writer's.
func ask(update func(Prev) Entry, prev Prev) (entry Entry, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the update panicked: %v", p)
		}
	}()
	return update(prev), nil
}

func (b *batch) state(journey string) incidents.State {
	if rec, ok := b.states[journey]; ok {
		return rec.entry.State
	}
	if s, ok := b.w.states[journey]; ok { // Only the writer changes it: no lock.
		return s
	}
	return incidents.State{Subject: journey}
}

func (b *batch) monitorState() incidents.State {
	if b.monitor != nil {
		return *b.monitor
	}
	return b.w.monitor
}

// write is the transaction.
func (b *batch) write() (err error) {
	st := b.w.st
	if err := st.begin.exec(); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = st.rollback.exec() // SQLite may have done so itself.
		}
	}()
	for n, j := range b.jobs {
		if b.errs[n] != nil {
			continue
		}
		if err := b.apply(j, b.records[n]); err != nil {
			return err
		}
		runtime.Gosched() // as in prepare
	}
	return st.commit.exec()
}

func (b *batch) apply(j *job, rec *record) error {
	switch {
	case rec != nil:
		return b.store(rec)
	case j.settle != nil:
		return b.settle(j.settle)
	default:
		return j.chore(b)
	}
}

// store writes one entry.
func (b *batch) store(rec *record) error {
	st, now := b.w.st, time.Now()
	subject, err := b.subject(rec.journey, rec.state)
	if err != nil {
		return err
	}
	if rec.entry.Result.RunID != "" {
		known, err := b.run(subject, rec)
		if err != nil || known {
			return err
		}
	}
	if rec.state != nil {
		if err := st.setState.exec(rec.state, b.w.nextRun-1, subject); err != nil {
			return err
		}
	}
	if rec.monitor != nil {
		id, err := b.subject("", rec.monitor)
		if err != nil {
			return err
		}
		if err := st.setState.exec(rec.monitor, b.w.nextRun-1, id); err != nil {
			return err
		}
	}
	if err := b.writeNotes(&rec.entry); err != nil {
		return err
	}
	for n, e := range rec.entry.Events {
		i := e.Incident
		if err := st.putIncident.exec(i.ID, i.Subject, nanos(i.OpenedAt), nanos(i.ClosedAt), rec.incidents[n]); err != nil {
			return err
		}
		if err := st.addEvent.exec(i.ID, string(e.Kind), nanos(e.At), e.RunID); err != nil {
			return err
		}
	}
	for n := range rec.entry.Pages {
		if err := b.enqueue(&rec.entry.Pages[n], rec.pages[n], now); err != nil {
			return err
		}
	}
	return nil
}

// subject gives the row of a journey, or of the monitor for "".
func (b *batch) subject(name string, state []byte) (int64, error) {
	if id, ok := b.ids[name]; ok {
		return id, nil
	}
	if id, ok := b.w.ids[name]; ok || state == nil { // nil: an update of the monitor alone
		return id, nil
	}
	id, err := b.w.st.addSubject.insert(name, state, b.w.nextRun-1)
	if err == nil {
		b.ids[name] = id
	}
	return id, err
}

// run writes the run and its details. known means that it had been stored before, with all that belongs to it.
func (b *batch) run(subject int64, rec *record) (known bool, err error) {
	w, r := b.w, &rec.entry.Result
	slot := int64(0)
	if rec.detail != nil {
		if slot, err = w.slot(subject, r.Outcome.Good()); err != nil {
			return false, err
		}
	}
	seq := w.nextRun
	reason, message := "", ""
	if r.Failure != nil {
		reason, message = string(r.Failure.Reason), r.Failure.Message
	}
	n, err := w.st.addRun.affect(seq, r.RunID, subject, slot, int64(r.Outcome), reason, r.Step, message, r.Location,
		r.Trigger, int64(len(r.Attempts)), nanos(r.DueAt), nanos(r.StartedAt), nanos(r.EndedAt),
		int64(r.Duration()), int64(r.QueueWait))
	if err != nil || n == 0 {
		return n == 0, err
	}
	w.nextRun++
	b.added = append(b.added, subject)
	if rec.portrait != nil {
		if err := w.st.putPortrait.exec(subject, nanos(r.StartedAt), rec.portrait); err != nil {
			return false, err
		}
	}
	if slot == 0 {
		return false, nil
	}
	return false, w.st.putDetail.exec(slot, seq, rec.detail)
}

// publish makes what was committed visible, and answers the jobs.
func (b *batch) publish() {
	w := b.w
	w.commits.Add(1)
	w.pending.Add(b.pending)
	maps.Copy(w.ids, b.ids)
	w.mu.Lock()
	for name, rec := range b.states {
		w.states[name] = rec.entry.State
	}
	if b.monitor != nil {
		w.monitor = *b.monitor
	}
	w.notes = b.notes
	w.mu.Unlock()
	w.growth.add(b.added)
	for n, j := range b.jobs {
		j.done <- b.errs[n]
	}
	w.reuse(b.records)
}

// nanos is a time as the database has it: 0 is none.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
