package history

import (
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestTheReserveIsGivenUpOnceAndTakenAgain(t *testing.T) {
	r := &reserve{path: filepath.Join(t.TempDir(), "reserve"), log: slog.New(slog.DiscardHandler)}
	if r.release() {
		t.Error("what was never taken was given up")
	}
	for range 2 {
		r.refill()
		var stat syscall.Stat_t
		if err := syscall.Stat(r.path, &stat); err != nil || stat.Blocks*512 < reserveBytes {
			t.Fatalf("%v; %d bytes are kept back, want %d that are really on the disk", err, stat.Blocks*512, reserveBytes)
		}
		if !r.release() || r.release() {
			t.Error("want it given up once")
		}
	}
	f, err := os.Create(r.path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := fillWithZeros(f, reserveBytes); err != nil {
		t.Fatal(err)
	}
	if info, err := f.Stat(); err != nil || info.Size() != reserveBytes {
		t.Errorf("%v, %v", info, err)
	}
}
