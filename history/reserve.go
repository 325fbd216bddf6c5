package history

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync"
)

// reserveBytes is enough for thousands of entries with pages.
const reserveBytes = 16 << 20

// reserve is room on the disk that is kept back, and given up when the disk is full: people must still be told
// of what breaks then.
type reserve struct {
	path string
	log  *slog.Logger
	mu   sync.Mutex
}

// release gives the room up. It reports whether there was any.
func (r *reserve) release() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := os.Remove(r.path); err != nil {
		return false
	}
	r.log.Error("the disk is full; the history lives on its reserve now", "reserve", r.path, "bytes", reserveBytes)
	return true
}

// refill takes the room again if the disk has plenty.
func (r *reserve) refill() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := os.Stat(r.path); !errors.Is(err, fs.ErrNotExist) {
		return
	}
	if free, err := freeBytes(r.path); err != nil || free < 4*reserveBytes {
		return
	}
	if err := r.fill(); err != nil {
		r.log.Warn("no room is kept back for a full disk", "err", err)
		_ = os.Remove(r.path)
	}
}

func (r *reserve) fill() error {
	f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(allocate(f, reserveBytes), f.Close())
}

// fillWithZeros writes rather than truncates: a hole would keep nothing back.
func fillWithZeros(f *os.File, size int64) error {
	chunk := make([]byte, 1<<20)
	for range size / int64(len(chunk)) {
		if _, err := f.Write(chunk); err != nil {
			return err
		}
	}
	return nil
}
