package wire

import (
	"io"
	"os"
	"syscall"
	"unsafe"
)

// inlet reads our end of the pipe that the browser writes to. The pipe never blocks, so a read of it need not be
// announced to the scheduler. A browser says hundreds of things in a run, and each announcement woke the scheduler's
// watchman of an idle process: that was half of the CPU that our own process took.
type inlet struct {
	raw syscall.RawConn
}

func newInlet(file *os.File) (*inlet, error) {
	raw, err := file.SyscallConn()
	return &inlet{raw}, err
}

// Read waits for something to read.
func (i *inlet) Read(b []byte) (n int, err error) {
	if len(b) == 0 {
		return 0, nil
	}
	var no syscall.Errno
	err = i.raw.Read(func(fd uintptr) bool {
		var r uintptr
		for {
			r, _, no = syscall.RawSyscall(syscall.SYS_READ, fd, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
			if no != syscall.EINTR {
				break
			}
		}
		n = int(r)
		return no != syscall.EAGAIN
	})
	switch {
	case err != nil:
		return 0, err
	case no != 0:
		return 0, no
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}
