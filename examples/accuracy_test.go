package examples_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/outrider-monitor/outrider/examples"
	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/internal/turns"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

const (
	atOnce   = 3 // rows; a failing one mostly waits for its step's timeout
	testCard = "4242 4242 4242 4242"
)

func TestMain(m *testing.M) {
	turns.Take()
	leakcheck.Main(m)
}

// TestEveryFaultFailsTheJourneysThatItTouchesAndNoOther is the accuracy table: the journeys of this folder, with the
// real runner and a real browser, against every fault of the shop.
func TestEveryFaultFailsTheJourneysThatItTouchesAndNoOther(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a minute or two")
	}
	drivers := []probes.Driver{browserDriver(t), httpcall.New()}
	all := load(t)
	table := accuracyTable()
	measured := make([]measurement, len(table))

	var rows sync.WaitGroup
	room := make(chan struct{}, atOnce)
	for i, r := range table {
		rows.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			measured[i] = measure(t, drivers, all, r)
		})
	}
	rows.Wait()

	wrong := 0
	for i, r := range table {
		for k, want := range r.cells() {
			if got := measured[i].results[k]; !want.fits(got) {
				wrong++
				t.Errorf("%s, %s: want %s, got %s", r.name(), got.Journey, want, explain(got))
			}
		}
		for _, problem := range measured[i].problems {
			t.Errorf("%s: %s", r.name(), problem)
		}
	}
	t.Logf("%d of %d cells are right\n%s", 3*len(table)-wrong, 3*len(table), draw(table, measured))
}

func TestTheAccuracyTableHasEveryFaultOnce(t *testing.T) {
	s, err := shop.New(shop.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var known, listed []string
	for _, d := range s.Defects() {
		known = append(known, d.Name)
	}
	touches := map[string]bool{}
	for _, r := range accuracyTable() {
		if r.fault != "" {
			listed = append(listed, r.fault)
			touches[r.fault] = r.cells() != [3]cell{}
		}
	}
	slices.Sort(known)
	slices.Sort(listed)
	if !slices.Equal(known, listed) {
		t.Errorf("the table lists %q\nthe shop knows  %q", listed, known)
	}
	for _, d := range s.Defects() {
		if touches[d.Name] != (d.Kind == shop.KindDefect) {
			t.Errorf("%s is %s, and the table says that it touches a journey: %v", d.Name, d.Kind, touches[d.Name])
		}
	}
}

func (r row) cells() [3]cell { return [3]cell{r.browse, r.checkout, r.track} }

func (r row) name() string {
	if r.fault == "" {
		return "(nothing broken)"
	}
	return r.fault
}

// fits reports whether a run came out as the cell says. Over a budget is still a pass: slower is not broken.
func (c cell) fits(got probes.Result) bool {
	if c == (cell{}) {
		return got.Outcome.Good()
	}
	return got.Outcome == probes.Failed && got.Failure != nil && c == cell{got.Step, got.Failure.Reason}
}

// load parses the three journeys, in the order of the table's columns.
func load(t *testing.T) (all []journeys.Journey) {
	t.Helper()
	for _, name := range []string{"browse", "checkout", "track-delivery"} {
		file := filepath.Join("journeys", name+".yaml")
		src, err := examples.Files.ReadFile(filepath.ToSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := format.Parse(file, src)
		if err != nil || len(parsed) != 1 || parsed[0].Name != name {
			t.Fatalf("%s holds %d journeys, error:\n%v", file, len(parsed), err)
		}
		all = append(all, parsed[0])
	}
	return all
}

// A measurement is one row as it came out, and what the shop's own journal holds against it.
type measurement struct {
	results  [3]probes.Result
	problems []string
}

// measure breaks a shop of its own and sends the journeys there, one after the other.
func measure(t *testing.T, drivers []probes.Driver, all []journeys.Journey, r row) (m measurement) {
	truth := &journal{}
	s, err := shop.New(shop.Options{
		StageDuration: 250 * time.Millisecond,
		Latency:       shop.Defaults().Latency,
		CAFile:        filepath.Join(t.TempDir(), "ca.pem"),
		Journal:       truth,
	})
	if err == nil && r.fault != "" {
		err = s.Break(r.fault)
	}
	if err != nil {
		m.problems = append(m.problems, err.Error())
		return m
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	env := map[string]string{"SHOP_URL": s.URL(), "SHOP_API_URL": s.APIURL(), "SHOP_CA": s.CAFile(), "TEST_CARD": testCard}
	runner := probes.NewRunner(probes.Options{
		Drivers: drivers, Location: "test", Deployment: "accuracy",
		Env: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
	})
	for k := range all {
		m.results[k] = runner.Run(ctx, &all[k], probes.Request{Trigger: "command", DueAt: time.Now()})
	}
	stop()
	if err := <-ended; err != nil {
		m.problems = append(m.problems, err.Error())
	}
	m.problems = append(m.problems, truth.problems()...)
	return m
}

// journal reads what the shop wrote down.
type journal struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.b.Write(p)
}

// problems says which orders a journey left behind (finally steps always run), and which did not say that they are
// synthetic (every request does).
func (j *journal) problems() (all []string) {
	left := map[string]bool{}
	for decoder := json.NewDecoder(&j.b); ; {
		var e shop.Entry
		if err := decoder.Decode(&e); err != nil {
			if !errors.Is(err, io.EOF) {
				all = append(all, "reading the journal: "+err.Error())
			}
			break
		}
		switch {
		case e.Order == "":
			continue
		case e.Event == "placed":
			left[e.Order] = true
		default:
			delete(left, e.Order)
		}
		if !e.Synthetic {
			all = append(all, fmt.Sprintf("order %s was %s without X-Outrider-Run", e.Order, e.Event))
		}
	}
	for id := range left {
		all = append(all, fmt.Sprintf("order %s was placed and never cancelled", id))
	}
	return all
}

// explain says how a run came out, with what a person would need to find the mistake.
func explain(r probes.Result) string {
	if r.Failure == nil {
		return r.Outcome.String()
	}
	return strings.Join([]string{fmt.Sprintf("%s: %s at %s", r.Outcome, r.Failure.Reason, r.Step), r.Failure.Message,
		"expected: " + r.Failure.Expected, "got: " + r.Failure.Got}, "\n\t")
}

// draw makes the table: what was measured, and beside it what is right where that differs.
func draw(table []row, measured []measurement) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "fault\tbrowse\tcheckout\ttrack-delivery")
	for i, r := range table {
		line := []string{r.name()}
		for k, want := range r.cells() {
			got := measured[i].results[k]
			shown := got.Outcome.String()
			if got.Failure != nil && !got.Outcome.Good() {
				shown = cell{got.Step, got.Failure.Reason}.String()
			}
			if !want.fits(got) {
				shown = "WRONG: " + shown + ", want " + want.String()
			}
			line = append(line, fmt.Sprintf("%s (%.1fs)", shown, got.Duration().Seconds()))
		}
		fmt.Fprintln(w, strings.Join(line, "\t"))
	}
	w.Flush()
	return text.String()
}
