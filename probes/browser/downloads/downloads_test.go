package downloads

import (
	"path/filepath"
	"testing"
)

func TestADiskWithoutRoomIsTheMonitorsTrouble(t *testing.T) {
	dir := t.TempDir()
	if noRoom(dir, 1000) || !noRoom(dir, 1<<60) || !noRoom(filepath.Join(dir, "gone"), 1000) {
		t.Error("a folder with room has none, or one without has")
	}
}
