package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/google/go-cmp/cmp"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
	"github.com/outrider-monitor/outrider/internal/leakcheck"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

func TestMain(m *testing.M) { leakcheck.Main(m) }

// client is the real SDK's, pointed at a fake.
func client(t *testing.T, fake *cwfake.Server) *cloudwatch.Client {
	t.Helper()
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	t.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", server.URL)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", filepath.Join(t.TempDir(), "none"))
	c, err := NewClient(t.Context(), "eu-west-1")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// counts adds up what became of datapoints.
type counts struct {
	mu  sync.Mutex
	all map[Settled]int
}

func (c *counts) add(s Settled, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = map[Settled]int{}
	}
	c.all[s] += n
}

func (c *counts) of(s Settled) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.all[s]
}

func publisher(t *testing.T, api MetricsAPI, change func(*Options)) (*Publisher, *counts) {
	t.Helper()
	c := &counts{}
	o := Options{API: api, Namespace: "Outrider", Dir: t.TempDir(), Quota: 1 << 20, Log: slog.New(slog.DiscardHandler), Count: c.add, Patience: 5 * time.Minute}
	if change != nil {
		change(&o)
	}
	p, err := NewPublisher(o)
	if err != nil {
		t.Fatal(err)
	}
	return p, c
}

var checkout = &journeys.Journey{Name: "checkout"}

func run(at time.Time, o probes.Outcome, took time.Duration) *probes.Result {
	return &probes.Result{Journey: "checkout", Location: "london", StartedAt: at.Add(-took), EndedAt: at, Outcome: o,
		Attempts: []probes.Attempt{{Duration: took, Steps: []probes.StepResult{{Name: "Pay", Status: probes.StepPassed, Duration: took / 2}}}}}
}

func TestWhatWasSeenArrives(t *testing.T) {
	fake := cwfake.New(cwfake.Options{})
	p, c := publisher(t, client(t, fake), func(o *Options) { o.Steps = true })
	at := time.Now().UTC().Truncate(time.Minute).Add(-time.Minute)
	p.Observe(checkout, run(at.Add(10*time.Second), probes.Passed, 1234*time.Millisecond), Terms{Every: time.Minute})
	p.Observe(checkout, run(at.Add(20*time.Second), probes.Degraded, 1234*time.Millisecond), Terms{Every: time.Minute})
	p.Observe(checkout, run(at.Add(30*time.Second), probes.Failed, time.Second), Terms{Every: time.Minute})
	p.Observe(checkout, run(at.Add(40*time.Second), probes.Error, time.Second), Terms{Every: time.Minute})
	p.flush(t.Context())
	one := map[string]string{"Journey": "checkout"}
	here := map[string]string{"Journey": "checkout", "Location": "london"}
	v := func(value, count float64) cwfake.Value { return cwfake.Value{At: at, Value: value, Count: count} }
	var want []cwfake.Metric
	for _, m := range []struct {
		name, unit string
		values     []cwfake.Value
	}{
		{"Duration", "Milliseconds", []cwfake.Value{v(1230, 2)}},
		{"Error", "Count", []cwfake.Value{v(0, 3), v(1, 1)}},
		{"Failed", "Count", []cwfake.Value{v(0, 2), v(1, 1)}},
		{"SuccessPercent", "Percent", []cwfake.Value{v(0, 1), v(100, 2)}},
	} {
		want = append(want, cwfake.Metric{Namespace: "Outrider", Name: m.name, Unit: m.unit, Dimensions: one, Values: m.values},
			cwfake.Metric{Namespace: "Outrider", Name: m.name, Unit: m.unit, Dimensions: here, Values: m.values})
	}
	steps := cwfake.Metric{Namespace: "Outrider", Name: "StepDuration", Unit: "Milliseconds",
		Dimensions: map[string]string{"Journey": "checkout", "Location": "london", "Step": "Pay"}, Values: []cwfake.Value{v(500, 1), v(617, 2)}}
	want = slices.Insert(want, 6, steps)
	if diff := cmp.Diff(want, fake.Metrics()); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	if got := c.of(Accepted); got != 9 {
		t.Errorf("%d datapoints are counted as accepted, want 9", got)
	}
}

func TestBudgetsAndCertificatesHaveMetricsWhereTheyMatter(t *testing.T) {
	fake := cwfake.New(cwfake.Options{})
	p, _ := publisher(t, client(t, fake), nil)
	at := time.Now().UTC().Truncate(time.Minute).Add(-time.Minute)
	for _, o := range []probes.Outcome{probes.Passed, probes.Degraded, probes.Failed, probes.Error} {
		r := run(at, o, time.Second)
		r.Attempts[0].Steps = append(r.Attempts[0].Steps, probes.StepResult{Name: "Ask", HTTP: &probes.HTTPInfo{CertificateExpiry: at.Add(1000 * time.Hour),
			Hops: []probes.Hop{{CertificateExpiry: at.Add(252 * time.Hour)}}}})
		p.Observe(checkout, r, Terms{Every: time.Minute, Degraded: true})
	}
	p.Observe(&journeys.Journey{Name: "plain"}, run(at, probes.Degraded, time.Second), Terms{Every: time.Minute})
	p.flush(t.Context())
	got := map[string][]cwfake.Value{}
	for _, m := range fake.Metrics() {
		if m.Name == Degraded || m.Name == CertificateDays {
			got[m.Name+" "+fmt.Sprint(m.Dimensions)] = m.Values
		}
	}
	want := map[string][]cwfake.Value{
		"Degraded map[Journey:checkout]":        {{At: at, Value: 0, Count: 1}, {At: at, Value: 1, Count: 2}},
		"CertificateDays map[Journey:checkout]": {{At: at, Value: 10.5, Count: 4}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
}

func TestAJourneyFasterThanAMinuteKeepsItsSeconds(t *testing.T) {
	fake := cwfake.New(cwfake.Options{})
	p, _ := publisher(t, client(t, fake), nil)
	at := time.Now().UTC().Truncate(time.Second)
	p.Observe(checkout, run(at, probes.Passed, time.Second), Terms{Every: 10 * time.Second})
	p.flush(t.Context())
	for _, m := range fake.Metrics() {
		if v := m.Values[0]; !v.Second || !v.At.Equal(at) {
			t.Errorf("%s is at %s, high resolution %t", m.Name, v.At, v.Second)
		}
	}
}

func TestTenThousandDatapointsLeaveInTenRequests(t *testing.T) {
	fake := cwfake.New(cwfake.Options{})
	p, c := publisher(t, client(t, fake), nil)
	now := time.Now()
	for n := range 1250 { // 8 datapoints each
		p.Observe(&journeys.Journey{Name: fmt.Sprintf("journey-%d", n)}, run(now, probes.Passed, time.Second), Terms{Every: time.Minute})
	}
	p.flush(t.Context())
	if calls, got := fake.Calls("PutMetricData"), c.of(Accepted); calls != 10 || got != 10_000 {
		t.Errorf("%d datapoints left in %d requests, want 10000 in 10", got, calls)
	}
}

func TestManyValuesStayWithinTheLimitsOfARequest(t *testing.T) {
	fake := cwfake.New(cwfake.Options{})
	p, c := publisher(t, client(t, fake), nil)
	now := time.Now()
	for n := range 200_000 {
		j := &journeys.Journey{Name: fmt.Sprintf("journey-%d", n%200)}
		p.Observe(j, run(now, probes.Passed, time.Duration(n)*time.Millisecond), Terms{Every: time.Minute})
	}
	p.flush(t.Context())
	if c.of(Refused)+c.of(Postponed) > 0 {
		t.Errorf("%d datapoints were refused, %d postponed", c.of(Refused), c.of(Postponed))
	}
	sum := 0.0
	for _, m := range fake.Metrics() {
		if m.Name == "Duration" && m.Dimensions["Location"] != "" {
			for _, v := range m.Values {
				sum += v.Count
			}
		}
	}
	if sum != 200_000 {
		t.Errorf("%g durations arrived, want 200000", sum)
	}
}

func TestADatapointThatIsRefusedTakesNoOtherWithIt(t *testing.T) {
	fake := cwfake.New(cwfake.Options{})
	p, c := publisher(t, client(t, fake), nil)
	now := time.Now()
	for n := range 50 {
		p.Observe(&journeys.Journey{Name: fmt.Sprintf("journey-%d", n)}, run(now, probes.Passed, time.Second), Terms{Every: time.Minute})
	}
	p.Observe(&journeys.Journey{Name: "late"}, run(now.Add(-15*24*time.Hour), probes.Error, 0), Terms{Every: time.Minute}) // two datapoints
	p.flush(t.Context())
	if c.of(Refused) != 2 || c.of(Accepted) != 400 || c.of(Postponed) != 0 {
		t.Errorf("got %v, want 400 accepted and 2 refused", c.all)
	}
}

func TestAnOutageLosesNothingNotEvenOverARestart(t *testing.T) {
	var down atomic.Bool
	down.Store(true)
	fake := cwfake.New(cwfake.Options{Trouble: func(string) *cwfake.Fault {
		if down.Load() {
			return &cwfake.Fault{Status: 503, Code: "ServiceUnavailable", Message: "try again"}
		}
		return nil
	}})
	api := client(t, fake)
	dir := t.TempDir()
	p, c := publisher(t, api, func(o *Options) { o.Dir = dir })
	now := time.Now()
	for n := range 20 {
		p.Observe(checkout, run(now.Add(-time.Duration(n)*time.Minute), probes.Passed, time.Second), Terms{Every: time.Minute})
		p.flush(t.Context())
	}
	if c.of(Postponed) != 160 || len(fake.Metrics()) != 0 {
		t.Fatalf("got %v and %d metrics, want 160 postponed", c.all, len(fake.Metrics()))
	}
	if calls := fake.Calls("PutMetricData"); calls > attempts {
		t.Errorf("%d requests went to a service that is down, want %d", calls, attempts)
	}
	down.Store(false)
	again, c := publisher(t, api, func(o *Options) { o.Dir = dir })
	again.drain(t.Context(), nil)
	if c.of(Accepted) != 160 || !again.spool.empty() {
		t.Errorf("after the outage %v, want 160 accepted", c.all)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("%d files are left (%v)", len(left), err)
	}
}

func TestTheFolderStaysWithinItsQuotaAndKeepsTheNewest(t *testing.T) {
	s, err := openSpool(t.TempDir(), 4000)
	if err != nil {
		t.Fatal(err)
	}
	dropped := 0
	for n := range 200 {
		d, err := s.put([]datapoint{{series: series{Metric: Failed, Journey: fmt.Sprint("j", n), At: int64(n)}, Values: []float64{0}, Counts: []float64{1}}})
		if err != nil {
			t.Fatal(err)
		}
		dropped += d
	}
	points, _, err := s.oldest()
	if err != nil || s.size > 4000 || len(s.files) < 20 {
		t.Fatalf("%d bytes in %d files (%v), want 4000 at most", s.size, len(s.files), err)
	}
	if want := 200 - len(s.files); dropped != want || points[0].At != int64(want) {
		t.Errorf("%d were dropped and the oldest is of %d, want %d", dropped, points[0].At, want)
	}
}

func TestADamagedFileIsGivenUpAndTheRestIsSent(t *testing.T) {
	fake := cwfake.New(cwfake.Options{})
	p, c := publisher(t, client(t, fake), nil)
	p.retryAt = time.Now().Add(time.Hour)
	for range 3 {
		p.Observe(checkout, run(time.Now(), probes.Error, 0), Terms{Every: time.Minute})
		p.flush(t.Context())
	}
	if err := os.WriteFile(filepath.Join(p.o.Dir, p.spool.files[0].name), []byte("no gzip"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(p.o.Dir, p.spool.files[1].name)); err != nil {
		t.Fatal(err)
	}
	p.retryAt = time.Time{}
	p.drain(t.Context(), nil)
	if c.of(Dropped) != 4 || c.of(Accepted) != 2 {
		t.Errorf("got %v, want 4 dropped and 2 accepted", c.all)
	}
}

func TestWhoIsToBlameForCloudWatchsSilence(t *testing.T) {
	for want, fault := range map[probes.Reason]*cwfake.Fault{
		probes.Config:  {Status: 403, Code: "AccessDenied", Message: "no"},
		probes.Offline: {Status: 500, Code: "InternalServiceFault", Message: "oh"},
	} {
		api := client(t, cwfake.New(cwfake.Options{Trouble: func(string) *cwfake.Fault { return fault }}))
		_, err := api.PutMetricData(t.Context(), request("Outrider", nil))
		if got := Blame(err); got != want {
			t.Errorf("%v is put down to %s, want %s", err, got, want)
		}
	}
	if got := Blame(context.DeadlineExceeded); got != probes.Offline {
		t.Errorf("no answer is put down to %s", got)
	}
}

// hanging is an API that does not answer until its context ends.
type hanging struct{ calls atomic.Int32 }

func (h *hanging) PutMetricData(ctx context.Context, _ *cloudwatch.PutMetricDataInput, _ ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	h.calls.Add(1)
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestNothingWaitsForAServiceThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &hanging{}
		var told []error
		p, c := publisher(t, api, func(o *Options) { o.Trouble = func(err error) { told = append(told, err) } })
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); p.Run(ctx) }()
		began := time.Now()
		for range 60 * 15 {
			p.Observe(checkout, run(time.Now(), probes.Passed, time.Second), Terms{Every: time.Minute})
			time.Sleep(time.Second)
		}
		if took := time.Since(began); took != 15*time.Minute {
			t.Errorf("observing took %s beyond the second in between", took-15*time.Minute)
		}
		synctest.Wait()
		if n := api.calls.Load(); n > 12 {
			t.Errorf("%d requests in a quarter of an hour, want pauses between them", n)
		}
		if len(told) != 1 || !errors.Is(told[0], context.DeadlineExceeded) {
			t.Errorf("told %v, want the trouble once", told)
		}
		stop()
		<-done
		if c.of(Postponed) == 0 || c.of(Dropped) > 0 {
			t.Errorf("got %v, want all postponed", c.all)
		}
	})
}

// scripted answers as it is told.
type scripted struct{ err atomic.Pointer[error] }

func (s *scripted) PutMetricData(context.Context, *cloudwatch.PutMetricDataInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricDataOutput, error) {
	if err := s.err.Load(); err != nil {
		return nil, *err
	}
	return &cloudwatch.PutMetricDataOutput{}, nil
}

func TestTroubleIsToldAfterAWhileAndItsEndAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := &scripted{}
		refusal := errors.New("no credentials")
		api.err.Store(&refusal)
		var told []string
		p, c := publisher(t, api, func(o *Options) {
			o.Trouble = func(err error) { told = append(told, fmt.Sprint(err)) }
		})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); p.Run(ctx) }()
		observe := func(d time.Duration) {
			for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(10 * time.Second) {
				p.Observe(checkout, run(time.Now(), probes.Passed, time.Second), Terms{Every: time.Minute})
			}
		}
		observe(20 * time.Minute)
		api.err.Store(nil)
		observe(5 * time.Minute)
		time.Sleep(flushEvery / 2) // a flush that is stopped on its way puts aside what it has
		stop()
		<-done
		if len(told) != 2 || told[0] != "no credentials" || told[1] != "<nil>" {
			t.Errorf("told %q, want the trouble and its end", told)
		}
		if !p.spool.empty() || c.of(Dropped) > 0 {
			t.Errorf("%d files wait and %v", len(p.spool.files), c.all)
		}
	})
}

func BenchmarkObserve(b *testing.B) {
	p, err := NewPublisher(Options{Dir: b.TempDir(), Quota: 1 << 20, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	r := run(time.Now(), probes.Passed, 1234*time.Millisecond)
	for b.Loop() {
		p.Observe(checkout, r, Terms{Every: time.Minute})
	}
}
