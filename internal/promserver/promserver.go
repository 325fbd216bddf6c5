package promserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/loopback"
)

// Server is a running Prometheus.
type Server struct{ address string }

// Start runs Prometheus with a configuration until the test ends. files are written beside the configuration, which may
// name them. features are Prometheus' own names, such as native-histograms.
func Start(t *testing.T, config string, files map[string][]byte, features ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	all := map[string][]byte{"prometheus.yml": []byte(config)}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{loopback.FreeAddress(t)}
	cmd := exec.Command("prometheus", "--config.file="+filepath.Join(dir, "prometheus.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+s.address, "--enable-feature="+strings.Join(features, ","), "--log.level=error")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log := &strings.Builder{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return s
}

// Wait asks until the first value of the answer is what good wants, for half a minute at most, and gives it; the text is
// empty while the answer is.
func (s *Server) Wait(t *testing.T, query string, good func(value string) bool) string {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		value, err := s.Ask(query)
		if good(value) || time.Now().After(deadline) {
			if err != nil {
				t.Errorf("%s: %v", query, err)
			}
			return value
		}
		<-tick.C
	}
}

// Ask gives the first value of an instant query's answer; the text is empty if the answer is.
func (s *Server) Ask(query string) (string, error) {
	answer, err := http.Get("http://" + s.address + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var body struct {
		Error string `json:"error"`
		Data  struct {
			Type   string          `json:"resultType"`
			Result json.RawMessage `json:"result"`
		} `json:"data"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		return "", err
	}
	if body.Error != "" {
		return "", fmt.Errorf("prometheus refuses: %s", body.Error)
	}
	return first(body.Data.Type, body.Data.Result)
}

// Exemplars gives the traces of the exemplars of a query's series, as Prometheus keeps them.
func (s *Server) Exemplars(query string) ([]string, error) {
	now := time.Now()
	answer, err := http.Get(fmt.Sprintf("http://%s/api/v1/query_exemplars?query=%s&start=%d&end=%d", s.address, url.QueryEscape(query), 0, now.Add(time.Hour).Unix()))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	var body struct {
		Error string `json:"error"`
		Data  []struct {
			Exemplars []struct {
				Labels map[string]string `json:"labels"`
			} `json:"exemplars"`
		} `json:"data"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&body); err != nil {
		return nil, err
	}
	if body.Error != "" {
		return nil, fmt.Errorf("prometheus refuses: %s", body.Error)
	}
	var traces []string
	for _, series := range body.Data {
		for _, e := range series.Exemplars {
			traces = append(traces, e.Labels["trace_id"])
		}
	}
	return traces, nil
}

func first(kind string, result json.RawMessage) (string, error) {
	var point []any
	if kind == "scalar" {
		if err := json.Unmarshal(result, &point); err != nil {
			return "", err
		}
	} else {
		var vector []struct {
			Value []any `json:"value"`
		}
		if err := json.Unmarshal(result, &vector); err != nil || len(vector) == 0 {
			return "", err
		}
		point = vector[0].Value
	}
	if len(point) != 2 {
		return "", fmt.Errorf("prometheus answers %s", result)
	}
	return fmt.Sprint(point[1]), nil
}
