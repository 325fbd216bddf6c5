package httpcall_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

func TestNetworkFaultsHaveTheReasonThatIsTrue(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	t.Run("no such host", func(t *testing.T) {
		_, err := do(t, open(t), get("http://no-such-host.invalid/"))
		wantFailure(t, err, probes.DNS, "no-such-host.invalid")
	})
	t.Run("connection refused", func(t *testing.T) {
		_, err := do(t, open(t), get("http://"+closed.Addr().String()))
		wantFailure(t, err, probes.Connect, "refuses connections")
	})
	for name, c := range map[string]struct {
		answer string
		reset  bool
		reason probes.Reason
		words  string
	}{
		"closed without an answer": {"", false, probes.Connect, "without an answer"},
		"reset without an answer":  {"", true, probes.Connect, "without an answer"},
		"closed in the head":       {"HTTP/1.1 200 OK\r\nContent-Le", false, probes.Connect, "did not answer in HTTP"},
		"closed in the body": {
			"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello", false, probes.Connect, "after 5 bytes",
		},
		"reset in the body": {
			"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello", true, probes.Connect, "", // the reset may overtake the answer
		},
		"closed in a chunk": {
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nhello", false, probes.Connect, "after 5 bytes",
		},
		"not HTTP":        {"SSH-2.0-OpenSSH_9.9\r\n\r\n", false, probes.Connect, "did not answer in HTTP"},
		"a broken header": {"HTTP/1.1 200 OK\r\n\x00: \x01\r\n\r\n", false, probes.Connect, "did not answer in HTTP"},
	} {
		t.Run(name, func(t *testing.T) {
			url := rawServer(t, func(conn *net.TCPConn, _ <-chan bool) {
				say(conn, c.answer)
				if c.reset {
					_ = conn.SetLinger(0)
				}
			})
			_, err := do(t, open(t), get(url))
			wantFailure(t, err, c.reason, c.words)
		})
	}
}

func TestATimeoutSaysWhatWasWaitedFor(t *testing.T) {
	for name, c := range map[string]struct{ answer, words string }{
		"before the head":   {"", "for the first byte of the answer"},
		"in the head":       {"HTTP/1.1 200 OK\r\n", "for the answer"},
		"after the head":    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "for the rest of the body (0 bytes so far)"},
		"in the body":       {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "(3 bytes so far)"},
		"in a chunked body": {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "(2 bytes so far)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := rawServer(t, func(conn *net.TCPConn, stop <-chan bool) {
				say(conn, c.answer)
				<-stop
			})
			done, err := doWithin(t, open(t), get(url), 500*time.Millisecond)
			wantFailure(t, err, probes.Timeout, c.words)
			if done.HTTP == nil || done.HTTP.RemoteAddr == "" {
				t.Errorf("the measures of a failed step are kept: %+v", done.HTTP)
			}
		})
	}
}

func TestASlowDripDoesNotOutlastTheStep(t *testing.T) {
	url := rawServer(t, func(conn *net.TCPConn, stop <-chan bool) {
		say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				if _, err := conn.Write([]byte("x")); err != nil {
					return
				}
			}
		}
	})
	_, err := doWithin(t, open(t), get(url), 200*time.Millisecond)
	wantFailure(t, err, probes.Timeout, "for the rest of the body")
}

func TestCancellingIsNotAFailureOfTheTarget(t *testing.T) {
	url := rawServer(t, func(_ *net.TCPConn, stop <-chan bool) { <-stop })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, err := open(t).Do(ctx, probes.Call{Step: &journeys.Step{Action: get(url)}, Scope: &journeys.Scope{}})
	var f *probes.Failure
	if !errors.Is(err, context.Canceled) || errors.As(err, &f) {
		t.Errorf("got %v", err)
	}
}

// endless writes zeros until its reader has had enough, at most n bytes.
type endless struct{ n int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.n <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.n)
	e.n -= n
	clear(p[:n])
	return int(n), nil
}

func TestABodyOfAGigabyteUsesNoMemoryAndIsAFailure(t *testing.T) {
	for name, h := range map[string]http.HandlerFunc{
		"announced": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1073741824")
			_, _ = io.Copy(w, &endless{1 << 30})
		},
		"chunked": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, &endless{1 << 30}) },
		"a gzip bomb": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.Copy(z, &endless{1 << 30})
			z.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := serve(t, h)
			s := open(t)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := do(t, s, get(srv.URL))
			runtime.ReadMemStats(&after)
			wantFailure(t, err, probes.Assertion, "larger than the 10 MiB")
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 80<<20 {
				t.Errorf("allocated %d MiB", grown>>20)
			}
		})
	}
}

func TestAServersWordAboutItsLengthReservesNoMemory(t *testing.T) {
	url := rawServer(t, func(conn *net.TCPConn, _ <-chan bool) {
		say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\nx")
	})
	s := open(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := do(t, s, get(url))
	runtime.ReadMemStats(&after)
	wantFailure(t, err, probes.Connect, "after 1 bytes")
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 2<<20 {
		t.Errorf("allocated %d KiB", grown>>10)
	}
}

func TestMaxBodyIsTheStepsOwnLimit(t *testing.T) {
	srv := serve(t, func(w http.ResponseWriter, _ *http.Request) { say(w, strings.Repeat("x", 2000)) })
	a := get(srv.URL)
	a.MaxBody = 1024
	_, err := do(t, open(t), a)
	wantFailure(t, err, probes.Assertion, "larger than the 1 KiB")
	a.MaxBody = 2000
	if done := mustDo(t, open(t), a); done.HTTP.BodyBytes != 2000 {
		t.Errorf("%d bytes", done.HTTP.BodyBytes)
	}
	head := &journeys.Request{Method: "HEAD", URL: text(srv.URL), MaxBody: 10}
	mustDo(t, open(t), head)
}

func TestAHeadOfMegabytesIsRefused(t *testing.T) {
	url := rawServer(t, func(conn *net.TCPConn, _ <-chan bool) {
		say(conn, "HTTP/1.1 200 OK\r\n")
		for range 3000 {
			if _, err := io.WriteString(conn, "X-Long: "+strings.Repeat("x", 1000)+"\r\n"); err != nil {
				return
			}
		}
	})
	_, err := do(t, open(t), get(url))
	wantFailure(t, err, probes.Connect, "did not answer in HTTP")
}

func TestAURLThatIsNoneIsAFaultOfTheConfiguration(t *testing.T) {
	for _, url := range []string{"", "shop", "ftp://shop/", "http://", "http://[::1", "http://a b/", "javascript:alert(1)", "http://127.0.0.1:99999/"} {
		_, err := do(t, open(t), get(url))
		wantFailure(t, err, probes.Config, "URL")
	}
	a := get("http://127.0.0.1/")
	a.Headers = []journeys.Pair{{Name: "X-Note", Value: text("a\r\nX-Evil: b")}}
	_, err := do(t, open(t), a)
	wantFailure(t, err, probes.Config, "X-Note")
	for _, host := range []string{"a b", "shop/menu"} {
		a.Headers = []journeys.Pair{{Name: "host", Value: text(host)}}
		_, err := do(t, open(t), a)
		wantFailure(t, err, probes.Config, "the header Host")
	}
}
