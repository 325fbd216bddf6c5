package exporter

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"

	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// kitchen is some journeys of some steps, whose exporter has seen runs of every kind.
func kitchen(t *testing.T, r *rand.Rand, reg prometheus.Registerer) *Exporter {
	t.Helper()
	e, err := New(reg, Options{Location: "london", PagesPending: func() int { return 2 }})
	if err != nil {
		t.Fatal(err)
	}
	e.ConfigurePagers([]string{"oncall", "hook"})
	var all []journeys.Journey
	for i := range 1 + r.IntN(20) {
		j := journeys.Journey{Name: fmt.Sprintf("journey-%d", i), Team: fmt.Sprintf("team-%d", r.IntN(3))}
		for s := range 1 + r.IntN(6) {
			j.Steps = append(j.Steps, journeys.Step{Name: fmt.Sprintf("Step %d", s), Action: &journeys.Request{Method: "GET"}})
		}
		all = append(all, j)
	}
	e.Configure(all)
	for range r.IntN(200) {
		j := &all[r.IntN(len(all))]
		result, state := eaten(r, j)
		e.Observe(j, &result, state)
	}
	return e
}

// eaten is a run of any kind.
func eaten(r *rand.Rand, j *journeys.Journey) (probes.Result, incidents.State) {
	now := time.Now()
	result := probes.Result{Journey: j.Name, Team: j.Team, StartedAt: now, EndedAt: now, Outcome: probes.Outcomes()[r.IntN(4)]}
	if r.IntN(2) == 0 {
		result.TraceID = fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64())
	}
	if !result.Outcome.Good() {
		result.Failure = &probes.Failure{Reason: probes.Reasons()[r.IntN(len(probes.Reasons()))]}
	}
	took := func() time.Duration { return time.Duration(r.ExpFloat64() * float64(30*time.Second)) }
	a := probes.Attempt{Number: 1, Outcome: result.Outcome, Duration: took()}
	for _, step := range j.Steps {
		s := probes.StepResult{Name: step.Name, Status: probes.StepPassed, Duration: took()}
		if r.IntN(2) == 0 {
			s.HTTP = &probes.HTTPInfo{Connect: took(), CertificateExpiry: now}
		}
		if r.IntN(8) == 0 {
			s.Page = &probes.PageNumbers{LCP: took()}
		}
		a.Steps = append(a.Steps, s)
	}
	result.Attempts = []probes.Attempt{a}
	var state incidents.State
	if r.IntN(3) == 0 {
		state.Incident = &incidents.Incident{Severity: []string{"critical", "warning"}[r.IntN(2)]}
	}
	return result, state
}

// What is served goes through no registry. Here it does, through the strictest, which wants every series once, with the
// labels that were promised, in families of one type.
func TestWhatIsServedIsWhatTheStrictestRegistryLetsPass(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	for range 30 {
		reg := prometheus.NewPedanticRegistry()
		e := kitchen(t, r, reg)
		want, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got, done, err := e.Gather()
		if err != nil {
			t.Fatal(err)
		}
		same(t, got, want)
		done()
	}
}

// A set is used again by the next scrape, which may show fewer buckets, fewer steps, no exemplars.
func TestAScrapeShowsNothingOfTheOneBefore(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2))
	used := newSet()
	for range 50 {
		e, fresh := kitchen(t, r, nil), newSet()
		used.Clear()
		e.fill(used)
		e.fill(fresh)
		same(t, used.Families(), fresh.Families())
	}
}

func TestAScrapeTakesNoMemoryAnew(t *testing.T) {
	var anew []float64
	for _, n := range []int{10, 300} {
		e, err := New(nil, Options{})
		if err != nil {
			t.Fatal(err)
		}
		all := make([]journeys.Journey, n)
		for i := range all {
			all[i] = journeys.Journey{Name: fmt.Sprintf("journey-%d", i), Steps: []journeys.Step{{Name: "Ask", Action: &journeys.Request{Method: "GET"}}}}
		}
		e.Configure(all)
		set := newSet()
		anew = append(anew, testing.AllocsPerRun(3, func() {
			set.Clear()
			e.fill(set)
		}))
	}
	if anew[0] != anew[1] {
		t.Errorf("a scrape of 10 journeys makes %v things anew, one of 300 %v", anew[0], anew[1])
	}
}

// same compares what was gathered, whatever the order within a family.
func same(t *testing.T, got, want []*dto.MetricFamily) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d families, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := proto.Clone(got[i]).(*dto.MetricFamily)
		w = proto.Clone(w).(*dto.MetricFamily)
		for _, f := range []*dto.MetricFamily{g, w} {
			slices.SortFunc(f.Metric, func(a, b *dto.Metric) int { return cmp.Compare(key(a), key(b)) })
		}
		if !proto.Equal(g, w) {
			t.Fatalf("%s:\n%v\nwant\n%v", w.GetName(), g, w)
		}
	}
}

func key(m *dto.Metric) string { return fmt.Sprint(m.GetLabel()) }

// stuck is a reader of a scrape that takes nothing until it is told to.
type stuck struct {
	http.ResponseWriter
	began, on chan struct{}
}

func (s *stuck) Write(b []byte) (int, error) {
	select {
	case s.began <- struct{}{}:
	case <-s.on:
	}
	<-s.on
	return s.ResponseWriter.Write(b)
}

// TestNoScrapeDelaysARun has scrapes that hang at their first byte, with every journey's numbers in hand. A run that had to
// wait for one of them would wait for ever.
func TestNoScrapeDelaysARun(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 3))
	e := kitchen(t, r, nil)
	web, err := e.Handler(prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	s := &stuck{began: make(chan struct{}), on: make(chan struct{})}
	ended := make(chan int, scrapesAtATime)
	for range scrapesAtATime {
		go func() {
			w := httptest.NewRecorder()
			web.ServeHTTP(&stuck{w, s.began, s.on}, httptest.NewRequest(http.MethodGet, "/metrics", nil))
			ended <- w.Body.Len()
		}()
		<-s.began
	}
	for _, series := range e.journeys {
		j := &journeys.Journey{Name: series.journey()}
		result, state := eaten(r, j)
		e.NextRun(j.Name, time.Now())
		e.ScheduleLateness(time.Millisecond)
		e.QueueWait(time.Millisecond)
		e.MissedRun(j.Name, Overlap)
		e.Observe(j, &result, state)
	}
	e.Configure(nil)
	over := httptest.NewRecorder()
	web.ServeHTTP(over, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if over.Code != http.StatusServiceUnavailable {
		t.Errorf("one scrape more than may be at a time is answered with %d", over.Code)
	}
	close(s.on)
	for range scrapesAtATime {
		if n := <-ended; n == 0 {
			t.Error("a scrape that hung is empty")
		}
	}
}
