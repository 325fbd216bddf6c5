package history_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/probes"
)

func TestEvidenceIsKeptAgainAfterSomebodyDeletedTheFolder(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, history.Options{})
	pictured := func(n int) probes.Result {
		r := run("checkout", n, probes.Failed)
		r.Attempts = []probes.Attempt{{Number: 1, Outcome: probes.Failed, Evidence: &probes.Evidence{
			Screenshot: "shot.jpg", Artifacts: []probes.Artifact{{Name: "shot.jpg", Data: []byte("picture")}}}}}
		return r
	}
	update(t, s, pictured(1))
	if err := os.RemoveAll(filepath.Join(dir, "artifacts")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenArtifact(t.Context(), pictured(1).RunID, "shot.jpg"); err == nil {
		t.Error("what was deleted can be opened")
	}
	update(t, s, pictured(2))
	a, err := s.OpenArtifact(t.Context(), pictured(2).RunID, "shot.jpg")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if text, err := io.ReadAll(a); err != nil || string(text) != "picture" {
		t.Errorf("%q, %v", text, err)
	}
}
