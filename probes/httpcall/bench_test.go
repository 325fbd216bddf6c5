package httpcall_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptrace"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bare is what has to be done at least: net/http with httptrace.
func bare(client *http.Client, method, url string, body io.Reader, want int) ([]byte, error) {
	var at [8]time.Time
	mark := func(i int) { at[i] = time.Now() }
	trace := &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { mark(0) }, DNSDone: func(httptrace.DNSDoneInfo) { mark(1) },
		ConnectStart: func(string, string) { mark(2) }, ConnectDone: func(string, string, error) { mark(3) },
		TLSHandshakeStart: func() { mark(4) }, TLSHandshakeDone: func(tls.ConnectionState, error) { mark(5) },
		WroteRequest: func(httptrace.WroteRequestInfo) { mark(6) }, GotFirstResponseByte: func() { mark(7) },
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), method, url, body)
	if err != nil {
		return nil, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != want {
		err = fmt.Errorf("status %d", resp.StatusCode)
	}
	return answer, err
}

// contest runs both sides in turns, in many short rounds, so that whatever else the machine does meets both, and
// reports the CPU of each and the ratio. pause is the time between two starts; 0 is flat out.
func contest(b *testing.B, pause time.Duration, theirs, ours side) {
	b.Helper()
	const round = 50
	run := func(s side) time.Duration {
		before := s.cpu()
		next := time.Now()
		for range round {
			if err := s.do(); err != nil {
				b.Fatal(err)
			}
			if next = next.Add(pause); pause > 0 {
				time.Sleep(time.Until(next))
			}
		}
		return s.cpu() - before
	}
	run(theirs)
	run(ours)
	var their, our time.Duration
	n := 0
	for b.Loop() {
		their += run(theirs)
		our += run(ours)
		n += round
	}
	b.ReportMetric(float64(our.Microseconds())/float64(n), "cpu-us/ours")
	b.ReportMetric(float64(their.Microseconds())/float64(n), "cpu-us/theirs")
	b.ReportMetric(float64(our)/float64(their), "ratio")
}

// side is one of two ways to do the same, with the CPU it has used so far.
type side struct {
	do  func() error
	cpu func() time.Duration
}

// runs runs a journey.
func runs(b *testing.B, steps string) side {
	b.Helper()
	list, err := format.Parse("order.yaml", []byte("journey: order\nteam: kitchen\nsteps:\n"+steps))
	if err != nil {
		b.Fatal(err)
	}
	runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{httpcall.New()}})
	return side{cpu: cpu, do: func() error {
		res := runner.Run(context.Background(), &list[0], probes.Request{})
		if res.Outcome != probes.Passed {
			return res.Failure
		}
		return nil
	}}
}

const look = `
  - name: Look at the order
    get: BIN
    expect:
      - status == 200
      - json.status in ["received", "cooking"]
      - json.eta_minutes < 60
`

// everyRate runs a contest flat out and at 500 a second.
func everyRate(b *testing.B, theirs, ours side) {
	b.Run("flat out", func(b *testing.B) { contest(b, 0, theirs, ours) })
	b.Run("500 a second", func(b *testing.B) { contest(b, 2*time.Millisecond, theirs, ours) })
}

// BenchmarkOneRequestJourney compares a whole run of a journey of one request, expectations included and storage
// apart, to bare net/http with httptrace. The target is a ratio of at most 1.2.
func BenchmarkOneRequestJourney(b *testing.B) {
	srv := startServer(b)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	everyRate(b, side{cpu: cpu, do: func() error { return looked(client, srv.plain) }}, runs(b, at(look, srv.plain)))
}

// BenchmarkOneRequestInTLS is the same with a full handshake and the verification of the chain. The target is 1.1.
func BenchmarkOneRequestInTLS(b *testing.B) {
	srv := startServer(b)
	// Both sides trust what the system trusts, which is this here; it is read once.
	b.Setenv("SSL_CERT_FILE", srv.ca)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	everyRate(b, side{cpu: cpu, do: func() error { return looked(client, srv.secure) }}, runs(b, at(look, srv.secure)))
}

// BenchmarkThreeSteps compares a journey of a cookie, a JSON body and a look at JSON, over one connection, to the same
// written in Go. The target is a ratio of at most 1.3.
func BenchmarkThreeSteps(b *testing.B) {
	srv := startServer(b)
	everyRate(b, side{cpu: cpu, do: func() error { return threeSteps(srv.plain) }}, runs(b, at(`
  - get: BINlogin
    expect: cookies.session == "s1"
  - post: BINorders
    json: {dish: margherita}
    expect: status == 201
    save: {order: json.id}
  - get: BINorders/${{ vars.order }}
    expect:
      - json.status in ["received", "cooking"]
      - json.eta_minutes < 60
`, srv.plain)))
}

func threeSteps(url string) error {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Jar: jar, Transport: transport}
	if _, err := bare(client, http.MethodGet, url+"login", nil, http.StatusOK); err != nil {
		return err
	}
	order, err := json.Marshal(map[string]string{"dish": "margherita"})
	if err != nil {
		return err
	}
	body, err := bare(client, http.MethodPost, url+"orders", bytes.NewReader(order), http.StatusCreated)
	if err != nil {
		return err
	}
	var placed struct{ ID int }
	if err := json.Unmarshal(body, &placed); err != nil {
		return err
	}
	return looked(client, fmt.Sprintf("%sorders/%d", url, placed.ID))
}

// looked looks at an order as the journeys do: what is bare is bare of a tool, not of a look at the answer.
func looked(client *http.Client, url string) error {
	body, err := bare(client, http.MethodGet, url, nil, http.StatusOK)
	if err != nil {
		return err
	}
	var state struct {
		Status string
		ETA    int `json:"eta_minutes"`
	}
	if err := json.Unmarshal(body, &state); err != nil || state.Status != "received" || state.ETA >= 60 {
		return fmt.Errorf("%+v %w", state, err)
	}
	return nil
}
