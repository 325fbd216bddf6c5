package examples_test

import (
	"io/fs"
	"os"
	"testing"

	"github.com/outrider-monitor/outrider/examples"
)

func TestTheEmbeddedFilesAreThoseThatPeopleRead(t *testing.T) {
	files, err := fs.Glob(os.DirFS("."), "journeys/*.yaml")
	if err != nil || len(files) != 3 {
		t.Fatalf("%q, error %v, want three journeys", files, err)
	}
	for _, name := range append(files, "outrider.yaml") {
		want, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := examples.Files.ReadFile(name); err != nil || string(got) != string(want) {
			t.Errorf("%s is not embedded as it is (error %v)", name, err)
		}
	}
}
