package history_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/probes"
)

func TestOnePortraitIsKeptOfEachJourney(t *testing.T) {
	s, err := history.Open(t.TempDir(), history.Options{Gather: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if p, err := s.Portrait(t.Context(), "checkout"); p != nil || err != nil {
		t.Fatalf("before the first run: %v, %v", p, err)
	}
	var last *probes.Portrait
	for n := range 3 {
		r := run("checkout", n, probes.Passed)
		if n < 2 { // the third run took none: the second's stays
			last = &probes.Portrait{RunID: r.RunID, At: r.StartedAt, Steps: []probes.Look{{Step: "Pay", Page: []string{`button "Pay"`}}}}
			r.Portrait = last
		}
		if err := s.Update(context.Background(), "checkout", judged(r)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Portrait(t.Context(), "checkout")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(last, got); diff != "" {
		t.Error(diff)
	}
}
