package history

import (
	"errors"
	"os"
	"syscall"
)

// allocate takes the room at once where the file system can.
func allocate(f *os.File, size int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return fillWithZeros(f, size)
	}
	return err
}
