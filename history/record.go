package history

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"github.com/outrider-monitor/outrider/probes"
)

// maxDetail bounds the JSON of one run.
const maxDetail = 1 << 20

// record is an entry as it goes into the database. The writer uses records again once what they hold is on the disk:
// each run needs some kilobytes for the time of a commit.
type record struct {
	journey string
	entry   Entry
	// quiet says that the state need not be stored: it follows from the run.
	quiet     bool
	state     []byte
	monitor   []byte
	detail    []byte
	portrait  []byte
	incidents [][]byte
	pages     [][]byte

	// out is what the texts are parts of.
	out bytes.Buffer
	enc *json.Encoder
}

// mostKept bounds the buffer of a record that waits to be used again.
const mostKept = 32 << 10

func newRecord() *record {
	rec := &record{}
	rec.enc = json.NewEncoder(&rec.out)
	return rec
}

// clear makes a record ready to be used again, and reports whether it is small enough for that.
func (rec *record) clear() bool {
	rec.out.Reset()
	*rec = record{out: rec.out, enc: rec.enc, incidents: rec.incidents[:0], pages: rec.pages[:0]}
	return rec.out.Cap() <= mostKept
}

// encode makes the record of an entry. What cannot be encoded is left out as long as no page is lost by it: a
// broken published value must not silence an incident.
func (rec *record) encode(journey string, e *Entry, log *slog.Logger) error {
	rec.journey, rec.entry = journey, *e
	r := &rec.entry.Result
	if r.RunID != "" && r.Journey != journey {
		return fmt.Errorf("the run is of journey %q", r.Journey)
	}
	var err error
	if journey != "" && !rec.quiet {
		if rec.state, err = rec.encodeState(log); err != nil {
			return err
		}
	}
	if e.Monitor != nil {
		if rec.monitor, err = rec.text(e.Monitor); err != nil {
			return fmt.Errorf("encoding the monitor's state: %w", err)
		}
	}
	for n := range e.Events {
		i := &e.Events[n].Incident
		text, err := rec.text(i)
		if err != nil {
			return fmt.Errorf("encoding incident %q: %w", i.ID, err)
		}
		rec.incidents = append(rec.incidents, text)
	}
	for n := range e.Pages {
		p := &e.Pages[n].Page
		text, err := rec.text(p)
		if err != nil {
			return fmt.Errorf("encoding page %q: %w", p.ID, err)
		}
		rec.pages = append(rec.pages, text)
	}
	if r.RunID != "" {
		rec.detail = rec.encodeDetail(r, log)
		rec.portrait = encodePortrait(r, log)
	}
	return nil
}

// text is a value as JSON. It holds until the record is cleared.
func (rec *record) text(v any) ([]byte, error) {
	begin := rec.out.Len()
	if err := rec.enc.Encode(v); err != nil {
		rec.out.Truncate(begin)
		return nil, err
	}
	end := rec.out.Len() - 1 // A line break ends it.
	return rec.out.Bytes()[begin:end:end], nil
}

// encodeState encodes the state. Published values are kept as they will be read back, so that a restart changes
// none of them.
func (rec *record) encodeState(log *slog.Logger) ([]byte, error) {
	s := &rec.entry.State
	text, err := rec.text(s)
	if len(s.Published) == 0 {
		return text, err
	}
	published := map[string]any{}
	for name, value := range s.Published {
		var same any
		one, err := json.Marshal(value)
		if err == nil {
			err = json.Unmarshal(one, &same)
		}
		if err != nil {
			log.Error("a published value cannot be stored and is left out", "journey", s.Subject, "name", name, "err", err)
			continue
		}
		published[name] = same
	}
	s.Published = published
	if err != nil {
		return rec.text(s)
	}
	return text, nil
}

// encodeDetail encodes the whole result, or as much of it as fits; nil if nothing does.
func (rec *record) encodeDetail(whole *probes.Result, log *slog.Logger) []byte {
	text, err := rec.text(whole)
	if err == nil && len(text) <= maxDetail {
		return text
	}
	r := *whole
	log.Warn("the record of a run is not kept whole", "journey", r.Journey, "run", r.RunID, "bytes", len(text), "err", err)
	r.Published = nil
	if text, err = rec.text(&r); err == nil && len(text) <= maxDetail {
		return text
	}
	r.Attempts = slices.Clone(r.Attempts)
	for n := range r.Attempts {
		r.Attempts[n].Evidence = nil
	}
	if text, err = rec.text(&r); err == nil && len(text) <= maxDetail {
		return text
	}
	return nil
}

const ringSlotsQuery = `SELECT d.slot FROM runs r JOIN details d ON d.slot = r.slot AND d.run = r.seq
	WHERE r.subject = ? AND r.outcome IN (1, 2) ORDER BY r.seq DESC LIMIT ?`

// ring is the slots that the good runs of a journey take turns in.
type ring struct {
	slots []int64
	next  int
}

// slot gives the place for the details of a run: for a good run that of the oldest good run kept, so that the
// table does not grow with time and needs no tidying.
func (w *writer) slot(subject int64, good bool) (int64, error) {
	if !good {
		return w.newSlot(), nil
	}
	r := w.rings[subject]
	if r == nil {
		slots, err := w.st.ringSlots.ints(subject, int64(w.o.Keep.Details))
		if err != nil {
			return 0, err
		}
		slices.Reverse(slots) // The oldest first.
		r = &ring{slots: slots}
		w.rings[subject] = r
	}
	if len(r.slots) < w.o.Keep.Details {
		slot := w.newSlot()
		r.slots = append(r.slots, slot)
		return slot, nil
	}
	slot := r.slots[r.next]
	r.next = (r.next + 1) % len(r.slots)
	return slot, nil
}

func (w *writer) newSlot() int64 {
	slot := w.nextSlot
	w.nextSlot++
	return slot
}
