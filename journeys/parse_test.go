package journeys

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTheExamplesAreAccepted(t *testing.T) {
	files, err := filepath.Glob("../examples/journeys/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	var all []Journey
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		js, err := Parse(file, src)
		if err != nil {
			t.Errorf("%v", err)
		}
		all = append(all, js...)
	}
	if problems := CheckSet(all); len(problems) > 0 {
		t.Error(problems)
	}
}
