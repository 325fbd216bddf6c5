package monitor

import (
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAPipeAmongTheJourneysIsNotWaitedFor(t *testing.T) {
	file := folder(t, "outrider.yaml", "journeys: [j/]\nteams: {shop: {pagers: [hook]}}\npagers: {hook: {webhook: {url: \"http://localhost/\"}}}\n", "j/menu.yaml", goodJourney)
	if err := syscall.Mkfifo(filepath.Join(filepath.Dir(file), "j", "pipe.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(file)
	if err != nil || len(c.Journeys) != 1 {
		t.Fatalf("%d journeys, error %v", len(c.Journeys), err)
	}
	w, err := newWatcher(slog.New(slog.DiscardHandler), func() (files, folders []string) { return c.Files, c.Folders }, func() {})
	if err != nil {
		t.Fatal(err)
	}
	defer w.files.Close()
	before := w.fingerprint()
	if err := os.WriteFile(filepath.Join(filepath.Dir(file), "j", "menu.yaml"), []byte(goodJourney+"# changed\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if w.fingerprint() == before {
		t.Error("a change is not seen")
	}
}
