package atomicfile_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/outrider-monitor/outrider/examples/shop/atomicfile"
)

func TestWriteReplacesAFileAndLeavesNothingBeside(t *testing.T) {
	name := filepath.Join(t.TempDir(), "new", "file")
	for _, content := range []string{"one", "two"} {
		if err := atomicfile.Write(name, []byte(content), 0o640); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != content {
			t.Errorf("got %q, error %v, want %q", got, err, content)
		}
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v, error %v", info, err)
	}
	if entries, err := os.ReadDir(filepath.Dir(name)); err != nil || len(entries) != 1 {
		t.Errorf("%d entries, error %v, want only the file", len(entries), err)
	}
}
