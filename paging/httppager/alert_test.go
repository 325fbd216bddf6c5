package httppager

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAlertsAreAsTheyWereReadLast(t *testing.T) {
	now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
	for _, name := range []string{"opened", "escalated", "closed", "monitor-opened", "test"} {
		got, err := json.MarshalIndent(alertFor(stored(t, name), now, 4*time.Minute), "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := "testdata/alertmanager-" + name + ".json"
		if *rewrite {
			if err := os.WriteFile(file, append(got, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)+"\n"); diff != "" {
			t.Errorf("%s (-want +got); -rewrite writes it anew:\n%s", file, diff)
		}
	}
}
