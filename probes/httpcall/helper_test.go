package httpcall_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

const runID = "0190-run"

// open opens a session that is closed at the end of the test.
func open(t *testing.T) probes.Session {
	t.Helper()
	s, err := httpcall.New().Open(t.Context(), probes.SessionOptions{
		Journey: &journeys.Journey{Dir: t.TempDir()}, RunID: runID, StartedAt: time.Now(),
		UserAgent: "Outrider/1.0", Redactor: probes.NewRedactor(nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return s
}

func text(s string) journeys.Template { return journeys.Literal(s) }

// get is a GET that follows redirects as by default.
func get(url string) *journeys.Request {
	return &journeys.Request{Method: "GET", URL: text(url), Redirects: -1, Route: new(journeys.Route)}
}

// do does one request within a generous time.
func do(t *testing.T, s probes.Session, a *journeys.Request) (probes.Done, error) {
	t.Helper()
	return doWithin(t, s, a, 30*time.Second)
}

func doWithin(t *testing.T, s probes.Session, a *journeys.Request, within time.Duration) (probes.Done, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	// An expectation makes the session keep the body.
	step := &journeys.Step{Name: "step", Action: a, Expect: []journeys.Expr{{Source: "body != json"}}}
	return s.Do(ctx, probes.Call{Step: step, Scope: &journeys.Scope{}})
}

func mustDo(t *testing.T, s probes.Session, a *journeys.Request) probes.Done {
	t.Helper()
	done, err := do(t, s, a)
	if err != nil {
		t.Fatalf("%s %s: %v", a.Method, a.URL.Source, err)
	}
	return done
}

// scope gives the names of a step's answer.
func scope(t *testing.T, s probes.Session) journeys.Names {
	t.Helper()
	names, _, err := s.Scope(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// value gives the value of a name, which has to be there.
func value(t *testing.T, names journeys.Names, name string) any {
	t.Helper()
	v, found, err := names.Named(name)
	if err != nil || !found {
		t.Fatalf("%s: %v, %v", name, found, err)
	}
	return v
}

// wantFailure checks a failure's reason and that its message holds all of some words.
func wantFailure(t *testing.T, err error, reason probes.Reason, words ...string) {
	t.Helper()
	var f *probes.Failure
	if !errors.As(err, &f) {
		t.Fatalf("got %v, want a failure of the reason %s", err, reason)
	}
	if f.Reason != reason {
		t.Errorf("got the reason %s (%s; %v), want %s", f.Reason, f.Message, f.Err, reason)
	}
	for _, word := range words {
		if !strings.Contains(f.Message, word) {
			t.Errorf("the message %q does not say %q", f.Message, word)
		}
	}
}

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}

// rawServer accepts connections and lets the test misbehave on them after the request's head was read.
func rawServer(t *testing.T, misbehave func(conn *net.TCPConn, stop <-chan bool)) string {
	t.Helper()
	stop := make(chan bool)
	address := loopback.Serve(t, func(conn net.Conn) {
		readHead(conn)
		misbehave(conn.(*net.TCPConn), stop)
	})
	t.Cleanup(func() { close(stop) })
	return "http://" + address
}

func readHead(conn net.Conn) {
	buffer := make([]byte, 4096)
	var head strings.Builder
	for !strings.Contains(head.String(), "\r\n\r\n") {
		n, err := conn.Read(buffer)
		if err != nil {
			return
		}
		head.Write(buffer[:n])
	}
}

func say(w io.Writer, text string) { _, _ = io.WriteString(w, text) }
