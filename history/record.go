package history

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/probes"
)

// maxDetail bounds the JSON of one run.
const maxDetail = 1 << 20

// record is an entry as it goes into the database.
type record struct {
	journey   string
	entry     Entry
	state     []byte
	monitor   []byte
	detail    []byte
	portrait  []byte
	incidents [][]byte
	pages     [][]byte
}

// encode makes the record of an entry. What cannot be encoded is left out as long as no page is lost by it: a
// broken published value must not silence an incident.
func encode(journey string, e Entry, log *slog.Logger) (*record, error) {
	rec := &record{journey: journey, entry: e}
	r := &rec.entry.Result
	if r.RunID != "" && r.Journey != journey {
		return nil, fmt.Errorf("the run is of journey %q", r.Journey)
	}
	var err error
	if journey != "" {
		if rec.state, err = encodeState(&rec.entry.State, log); err != nil {
			return nil, err
		}
	}
	if e.Monitor != nil {
		if rec.monitor, err = json.Marshal(e.Monitor); err != nil {
			return nil, fmt.Errorf("encoding the monitor's state: %w", err)
		}
	}
	for _, event := range e.Events {
		text, err := json.Marshal(event.Incident)
		if err != nil {
			return nil, fmt.Errorf("encoding incident %q: %w", event.Incident.ID, err)
		}
		rec.incidents = append(rec.incidents, text)
	}
	for _, p := range e.Pages {
		text, err := json.Marshal(p.Page)
		if err != nil {
			return nil, fmt.Errorf("encoding page %q: %w", p.Page.ID, err)
		}
		rec.pages = append(rec.pages, text)
	}
	if r.RunID != "" {
		rec.detail = encodeDetail(*r, log)
		rec.portrait = encodePortrait(r, log)
	}
	return rec, nil
}

// encodeState encodes a state. Published values are kept as they will be read back, so that a restart changes
// none of them.
func encodeState(s *incidents.State, log *slog.Logger) ([]byte, error) {
	text, err := json.Marshal(s)
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
		return json.Marshal(s)
	}
	return text, nil
}

// encodeDetail encodes the whole result, or as much of it as fits; nil if nothing does.
func encodeDetail(r probes.Result, log *slog.Logger) []byte {
	text, err := json.Marshal(r)
	if err == nil && len(text) <= maxDetail {
		return text
	}
	log.Warn("the record of a run is not kept whole", "journey", r.Journey, "run", r.RunID, "bytes", len(text), "err", err)
	r.Published = nil
	if text, err = json.Marshal(r); err == nil && len(text) <= maxDetail {
		return text
	}
	r.Attempts = slices.Clone(r.Attempts)
	for n := range r.Attempts {
		r.Attempts[n].Evidence = nil
	}
	if text, err = json.Marshal(r); err == nil && len(text) <= maxDetail {
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
