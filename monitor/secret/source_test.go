package secret_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
)

func TestASourceShowsItsPlaceAndNeverItsValue(t *testing.T) {
	s := secret.Plain("https://hooks.example/hunter2", document.Pos{})
	c := struct{ URL secret.Source }{s}
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s", s, s, s, s), fmt.Sprintf("%+v", &c)} {
		if strings.Contains(text, "hunter2") {
			t.Errorf("printed: %s", text)
		}
	}
	if got, err := s.Read(nil); err != nil || got != "https://hooks.example/hunter2" {
		t.Errorf("read %q, %v", got, err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, s := range []secret.Source{{Env: "NOT_SET"}, {File: empty}, {File: empty + ".missing"}, {}} {
		if got, err := s.Read(func(string) (string, bool) { return "", false }); err == nil {
			t.Errorf("%s gave %q", s, got)
		}
	}
}
