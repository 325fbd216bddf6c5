package receivers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Alertmanager is a real one on loopback, or the place of one that does not run.
type Alertmanager struct{ Address string }

// Start runs it until the test ends; it tells hook, a URL, of its notifications.
func (a Alertmanager) Start(t testing.TB, hook string) {
	t.Helper()
	dir := t.TempDir()
	config := fmt.Sprintf(`route: {receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 500ms, repeat_interval: 1h}
receivers: [{name: hook, webhook_configs: [{url: '%s', send_resolved: true}]}]
`, hook)
	file := filepath.Join(dir, "alertmanager.yml")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("prometheus-alertmanager", "--config.file="+file, "--storage.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+a.Address, "--cluster.listen-address=", "--log.level=warn")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	log := &strings.Builder{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
}

// AlertHeld is what an Alertmanager says of an alert it holds.
type AlertHeld struct {
	Labels, Annotations map[string]string
	StartsAt, EndsAt    time.Time
	GeneratorURL        string
}

// Active are the alerts that are open there; nil while it cannot be asked.
func (a Alertmanager) Active() []AlertHeld {
	resp, err := http.Get("http://" + a.Address + "/api/v2/alerts?active=true")
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	held := []AlertHeld{}
	if json.NewDecoder(resp.Body).Decode(&held) != nil {
		return nil
	}
	return held
}

// Until waits until the open alerts are as wanted, and gives them.
func (a Alertmanager) Until(t testing.TB, what string, good func([]AlertHeld) bool) []AlertHeld {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		held := a.Active()
		if held != nil && good(held) {
			return held
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s: waited in vain; the Alertmanager has %+v", what, held)
		}
		<-tick.C
	}
}
