package blackbox

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/loopback"
)

// Exporter is a running blackbox_exporter.
type Exporter struct {
	address string
	pid     int
	client  *http.Client
}

// Start starts one with a configuration, until the test ends.
func Start(tb testing.TB, config string) *Exporter {
	tb.Helper()
	file := filepath.Join(tb.TempDir(), "blackbox.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		tb.Fatal(err)
	}
	e := &Exporter{address: loopback.FreeAddress(tb), client: &http.Client{Transport: &http.Transport{}}}
	cmd := exec.Command("prometheus-blackbox-exporter", "--config.file="+file, "--web.listen-address="+e.address)
	log, err := os.Create(filepath.Join(tb.TempDir(), "log"))
	if err != nil {
		tb.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		tb.Fatalf("starting blackbox_exporter (scripts/install test brings it): %v", err)
	}
	e.pid = cmd.Process.Pid
	tb.Cleanup(func() {
		e.client.CloseIdleConnections()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		log.Close()
	})
	e.await(tb, log.Name())
	return e
}

// await waits until it answers.
func (e *Exporter) await(tb testing.TB, log string) {
	tb.Helper()
	const patience = 20 * time.Second
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		resp, err := e.client.Get("http://" + e.address + "/-/healthy")
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			return
		}
	}
	text, _ := os.ReadFile(log)
	tb.Fatalf("blackbox_exporter does not answer:\n%s", text)
}

// Probe probes a target by a module and gives the samples by their series, such as probe_http_duration_seconds{phase="tls"}.
func (e *Exporter) Probe(module, target string) (map[string]float64, error) {
	query := url.Values{"module": {module}, "target": {target}}
	resp, err := e.client.Get("http://" + e.address + "/probe?" + query.Encode())
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", resp.StatusCode)
	}
	samples := map[string]float64{}
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		// A label may hold blanks.
		at := strings.LastIndexByte(lines.Text(), ' ')
		if at < 0 || strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		series, text := lines.Text()[:at], lines.Text()[at+1:]
		if samples[series], err = strconv.ParseFloat(text, 64); err != nil {
			return nil, err
		}
	}
	return samples, lines.Err()
}

// CPU is the processor time that it has used.
func (e *Exporter) CPU() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", e.pid))
	if err != nil {
		panic(err)
	}
	// The second field, in parentheses, may hold blanks; the times are fields 14 and 15, in hundredths of a second.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	var ticks int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			panic(err)
		}
		ticks += n
	}
	const tick = 10 * time.Millisecond
	return time.Duration(ticks) * tick
}
