package history

import (
	"os"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/paging"
)

func TestAPageThatCannotBeReadIsStillSentAsFarAsItIsKnown(t *testing.T) {
	s, err := Open(t.TempDir(), Options{Gather: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Update(t.Context(), "", func(Prev) Entry {
		return Entry{Pages: []paging.Outgoing{{Pager: "ops", Page: paging.Page{ID: "page_1", Event: "opened", DedupKey: "outrider/test/checkout",
			Incident: paging.Incident{ID: "inc_1"}}}}}
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.do(t.Context(), &job{chore: func(b *batch) error {
		_, err := b.w.st.once("UPDATE deliveries SET page = x'7b'")
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	heads, err := s.Heads(t.Context(), "ops", 10)
	if err != nil || len(heads) != 1 {
		t.Fatalf("%d deliveries, %v", len(heads), err)
	}
	if p := heads[0].Page; p.ID != "page_1" || p.Event != "opened" || p.DedupKey != "outrider/test/checkout" || !strings.Contains(p.Summary, "inc_1") {
		t.Errorf("got %+v", p)
	}
}

func TestTheHistoryIsNotForEverybodysEyes(t *testing.T) {
	s, err := Open(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for _, companion := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(s.file() + companion)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, mode %s, want 0600", companion, err, info.Mode())
		}
	}
}
