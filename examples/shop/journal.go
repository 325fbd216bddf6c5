package shop

import (
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const runHeader = "X-Outrider-Run"

// An Entry is one line of the journal.
type Entry struct {
	Time      time.Time `json:"time"`
	Event     string    `json:"event"`               // placed, cancelled, refunded, broken, mended
	Fault     string    `json:"fault,omitempty"`     // of broken and mended
	Order     string    `json:"order,omitempty"`     // of the others
	Synthetic bool      `json:"synthetic,omitempty"` // whether a monitor did it
	Run       string    `json:"run,omitempty"`       // which of its runs
}

// journal writes entries, one JSON object a line, each in one Write.
type journal struct {
	mu sync.Mutex
	w  io.Writer
}

func newJournal(w io.Writer) *journal { return &journal{w: w} }

func (j *journal) fault(event, name string) { j.write(Entry{Event: event, Fault: name}) }

func (j *journal) order(event, id string, r *http.Request) {
	run := r.Header.Get(runHeader)
	j.write(Entry{Event: event, Order: id, Synthetic: run != "", Run: run})
}

func (j *journal) write(e Entry) {
	if j.w == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	e.Time = time.Now().UTC()
	line, err := json.Marshal(e)
	if err != nil {
		return
	}
	j.w.Write(append(line, '\n')) // a full disk must not stop the shop
}

// Traffic says how many requests the shop answered, and how many of them said that they were synthetic.
type Traffic struct {
	Synthetic int64  `json:"synthetic"`
	Customers int64  `json:"customers"`
	LastRun   string `json:"last_run,omitempty"` // the last X-Outrider-Run seen
}

type traffic struct {
	synthetic, customers atomic.Int64
	last                 atomic.Value
}

// Traffic counts since the start, on all listeners but the control's.
func (s *Shop) Traffic() Traffic {
	last, _ := s.traffic.last.Load().(string)
	return Traffic{Synthetic: s.traffic.synthetic.Load(), Customers: s.traffic.customers.Load(), LastRun: last}
}

func (t *traffic) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if run := r.Header.Get(runHeader); run != "" {
			t.synthetic.Add(1)
			t.last.Store(run[:min(len(run), 100)])
		} else {
			t.customers.Add(1)
		}
		next.ServeHTTP(w, r)
	})
}
