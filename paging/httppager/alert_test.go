package httppager

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/golden"
)

func TestAlertsAreAsTheyWereReadLast(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	for _, name := range []string{"opened", "escalated", "closed", "monitor-opened", "test"} {
		got, err := json.MarshalIndent(alertFor(stored(t, name), now, 4*time.Minute), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		golden.Check(t, "alertmanager-"+name+".json", string(got)+"\n")
	}
}
