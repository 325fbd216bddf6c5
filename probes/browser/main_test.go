package browser

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/outrider-monitor/outrider/internal/turns"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
)

// shared is the warm browser of the tests, as a monitor has one.
var shared struct {
	sync.Mutex
	driver *Driver
}

// TestMain gives the tests a temporary folder of their own, and fails when they leave a goroutine, a process
// or a folder behind.
func TestMain(m *testing.M) {
	turns.Take()
	dir, err := os.MkdirTemp("", "browser-test")
	if err != nil {
		panic(err)
	}
	_ = os.Chmod(dir, 0o711) // the browser's user must pass through
	os.Setenv("TMPDIR", dir)
	code := m.Run()
	if err := leftovers(dir); err != nil {
		fmt.Fprintln(os.Stderr, "left behind:", err)
		code = 1
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func leftovers(dir string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	var errs []error
	if shared.driver != nil {
		errs = append(errs, shared.driver.Close(ctx))
	}
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	errs = append(errs, goleak.Find())
	if out, err := exec.Command("pgrep", "-f", dir).Output(); err == nil {
		errs = append(errs, fmt.Errorf("processes %q", out))
	}
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if len(left) > 0 {
		errs = append(errs, fmt.Errorf("files %q", left))
	}
	return errors.Join(append(errs, err)...)
}

// zoo is a server of the pages in testdata/zoo, under two sites: 127.0.0.1 and localhost.
type zoo struct {
	*httptest.Server
	mux *http.ServeMux
}

func newZoo(t testing.TB) *zoo {
	t.Helper()
	z := &zoo{mux: http.NewServeMux()}
	z.mux.Handle("/", http.FileServer(http.Dir("testdata/zoo")))
	z.Server = httptest.NewServer(z.mux)
	t.Cleanup(func() {
		z.CloseClientConnections()
		z.Close()
	})
	return z
}

// other is the zoo under its second site.
func (z *zoo) other() string { return strings.Replace(z.URL, "127.0.0.1", "localhost", 1) }

// driver gives the shared browser.
func driver(t testing.TB) *Driver {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.driver == nil {
		d, err := New(Options{})
		if err != nil {
			t.Fatal(err)
		}
		shared.driver = d
	}
	return shared.driver
}

// visitor is a session with a journey's steps, done one by one.
type visitor struct {
	t     testing.TB
	s     *session
	j     journeys.Journey
	scope *journeys.Scope
	n     int
	done  probes.Done
}

const secondsFive = 5 * time.Second

// visit parses steps (YAML, with ZOO and OTHER for the two sites) and opens a session for them.
func visit(t testing.TB, z *zoo, steps string, options ...func(*probes.SessionOptions)) *visitor {
	t.Helper()
	return visitWith(t, driver(t), z, steps, options...)
}

func visitWith(t testing.TB, d *Driver, z *zoo, steps string, options ...func(*probes.SessionOptions)) *visitor {
	t.Helper()
	v := &visitor{t: t, j: parse(t, z, steps), scope: &journeys.Scope{Vars: map[string]any{}, Secrets: map[string]string{}}}
	o := probes.SessionOptions{
		Journey: &v.j, RunID: "run-1", StartedAt: time.Now(), UserAgent: "Outrider/1.0", Redactor: probes.NewRedactor(nil),
	}
	for _, option := range options {
		option(&o)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	s, err := d.Open(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	v.s = s.(*session)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return v
}

func parse(t testing.TB, z *zoo, steps string) journeys.Journey {
	t.Helper()
	src := "journey: zoo\nsteps:\n"
	if strings.Contains(steps, "steps:") {
		src = "journey: zoo\n"
	}
	src += strings.NewReplacer("ZOO", z.URL, "OTHER", z.other()).Replace(steps)
	// A journey must expect something; what these expect is in the test.
	js, err := format.Parse("zoo.yaml", []byte(strings.TrimRight(src, "\n ")+"\n  - see: css=html\n"))
	if err != nil {
		t.Fatalf("%v\n%s", err, src)
	}
	js[0].Steps = js[0].Steps[:len(js[0].Steps)-1]
	return js[0]
}

// step does the next step within the time and gives its error.
func (v *visitor) step(within time.Duration) error {
	v.t.Helper()
	if v.n >= len(v.j.Steps) {
		v.t.Fatal("no step is left")
	}
	st := &v.j.Steps[v.n]
	v.n++
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	done, err := v.s.Do(ctx, probes.Call{Step: st, Scope: v.scope})
	v.done = done
	if err != nil || len(st.Expect) == 0 {
		return err
	}
	var last error
	for {
		err := v.look(ctx, st)
		if err == nil {
			return nil
		}
		if last == nil || ctx.Err() == nil {
			last = err // otherwise the step's end cut this look short: the one before says more
		}
		if _, broken := err.(*probes.Failure); broken || v.s.Changed(ctx) != nil {
			return last
		}
	}
}

// look evaluates a step's expectations once; as the runner, step looks again while they may still come true.
func (v *visitor) look(ctx context.Context, st *journeys.Step) error {
	values, funcs, err := v.s.Scope(ctx)
	if err != nil {
		return err
	}
	v.scope.Step, v.scope.Funcs = values, funcs
	for i := range st.Expect {
		if verdict := st.Expect[i].Check(ctx, v.scope); !verdict.Holds {
			return fmt.Errorf("expected %s, got %s, %v", st.Expect[i].Source, verdict.Got, verdict.Err)
		}
	}
	return nil
}

// pass does all the steps that are left and wants them to pass.
func (v *visitor) pass() {
	v.t.Helper()
	for v.n < len(v.j.Steps) {
		name := v.j.Steps[v.n].Name
		if err := v.step(10 * time.Second); err != nil {
			v.t.Fatalf("step %q: %v", name, err)
		}
	}
}

// fail does the steps that are left and wants the last one to fail: for the reason, in words that contain
// all of these.
func (v *visitor) fail(reason probes.Reason, words ...string) *probes.Failure {
	v.t.Helper()
	for v.n < len(v.j.Steps)-1 {
		if err := v.step(10 * time.Second); err != nil {
			v.t.Fatalf("step %q: %v", v.j.Steps[v.n-1].Name, err)
		}
	}
	err := v.step(3 * time.Second)
	f, ok := err.(*probes.Failure)
	if !ok {
		v.t.Fatalf("got %v, want a failure", err)
	}
	if f.Reason != reason {
		v.t.Errorf("got the reason %q, want %q: %s", f.Reason, reason, f.Message)
	}
	for _, w := range words {
		if !strings.Contains(f.Message, w) {
			v.t.Errorf("the message does not say %q: %s", w, f.Message)
		}
	}
	return f
}

// failDiagnosed is fail, with the session's own diagnosis of the failure as the runner asks for it.
func (v *visitor) failDiagnosed(reason probes.Reason, words ...string) *probes.Failure {
	v.t.Helper()
	for v.n < len(v.j.Steps)-1 {
		if err := v.step(10 * time.Second); err != nil {
			v.t.Fatalf("step %q: %v", v.j.Steps[v.n-1].Name, err)
		}
	}
	f, ok := v.step(3 * time.Second).(*probes.Failure)
	if !ok {
		v.t.Fatal("it did not fail")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	f = v.s.Diagnose(ctx, f)
	if f.Reason != reason {
		v.t.Errorf("got the reason %q, want %q: %s", f.Reason, reason, f.Message)
	}
	for _, w := range words {
		if !strings.Contains(f.Message, w) {
			v.t.Errorf("the message does not say %q: %s", w, f.Message)
		}
	}
	return f
}

// evidence collects it as the runner does.
func (v *visitor) evidence() *probes.Evidence {
	v.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	e := &probes.Evidence{}
	v.s.Evidence(ctx, "attempt-1", e)
	return e
}

func containsAny(s string, parts ...string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}
