package deadman

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/leakcheck"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

func TestTheHeartBeatsOnlyWhileEveryPartIsAlive(t *testing.T) {
	var beats, status atomic.Int32
	status.Store(200)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		beats.Add(1)
		if s := status.Load(); s == http.StatusFound {
			http.Redirect(w, r, "/login", http.StatusFound)
		} else {
			w.WriteHeader(int(s))
		}
	}))
	defer server.Close()
	var trouble error
	var log bytes.Buffer
	h := NewHeart(server.URL+"/ping/secret-key", []Part{
		{"the store", func(context.Context) error { return trouble }}, {"the courier", func(context.Context) error { return nil }},
	}, slog.New(slog.NewTextHandler(&log, nil)))
	h.wait = time.Millisecond
	for _, c := range []struct {
		name    string
		trouble error
		status  int32
		beats   int32
		said    string
	}{
		{"all is well", nil, 200, 1, ""},
		{"a part is dead", errors.New("the disk is full"), 200, 0, "the store: the disk is full"},
		{"the other side is down", nil, http.StatusServiceUnavailable, tries, "the answer was 503"},
		{"a redirect is no answer", nil, http.StatusFound, tries, "the answer was 302"},
	} {
		beats.Store(0)
		log.Reset()
		trouble = c.trouble
		status.Store(c.status)
		h.Beat(t.Context())
		if beats.Load() != c.beats || !strings.Contains(log.String(), c.said) || (c.said == "") != (log.Len() == 0) {
			t.Errorf("%s: %d calls, want %d; said %q, want %q", c.name, beats.Load(), c.beats, log.String(), c.said)
		}
	}
	server.Close()
	h.Beat(t.Context())
	if strings.Contains(log.String(), "secret-key") {
		t.Errorf("the URL is in the log: %s", log.String())
	}
}

func TestSilenceIsTwoSlotsWithoutAResult(t *testing.T) {
	begin := time.Now()
	at := func(minutes float64) time.Time { return begin.Add(time.Duration(minutes * float64(time.Minute))) }
	// A slot every minute, and a minute for the result.
	grid := func(p time.Time) time.Time { return at(float64(int(p.Sub(begin).Minutes()+1e-9) + 1)) }
	all := []Journey{{Name: "a", Next: grid, Allowance: time.Minute}, {Name: "never due", Next: func(time.Time) time.Time { return time.Time{} }}}
	var w Watch
	if w.Silent(at(100), all) != nil {
		t.Error("silence before the watch began")
	}
	w.Begin(begin)
	for _, c := range []struct {
		minute float64
		heard  bool
		silent bool
	}{
		{2.9, false, false}, // Slots at 1 and 2; the second may take until 3.
		{3.1, false, true},  // Now it cannot come any more.
		{5.9, false, false}, // Told again when it has been silent for as long once more: slots at 4 and 5, and a minute.
		{6.1, false, true},
		{7.5, true, false},
		{9.9, false, false}, // Slots at 8 and 9.
		{10.1, false, true},
	} {
		if c.heard {
			w.Heard("a", at(c.minute))
		}
		if got := w.Silent(at(c.minute), all); (len(got) == 1) != c.silent {
			t.Errorf("minute %g: %+v, want silence %t", c.minute, got, c.silent)
		}
	}
	w.Begin(at(20))
	if got := w.Silent(at(22.9), all); got != nil {
		t.Errorf("after the watch began anew: %+v", got)
	}
	// Slots that only the wall clock shows.
	calendar := []Journey{{Name: "c", Allowance: time.Minute, Next: func(p time.Time) time.Time { return p.Round(0).Truncate(time.Minute).Add(time.Minute) }}}
	half := time.Date(2026, 11, 25, 3, 0, 30, 0, time.UTC)
	w.Begin(half.Add(-time.Hour))
	w.Heard("c", half)
	if got := w.Silent(half.Add(149*time.Second), calendar); got != nil { // Slots at 3:01 and 3:02, and a minute.
		t.Errorf("silent too early: %+v", got)
	}
	if got := w.Silent(half.Add(151*time.Second), calendar); len(got) != 1 {
		t.Error("a journey by the calendar may be silent for ever")
	}
}
