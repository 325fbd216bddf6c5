package wire

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// outlet is our end of the pipe that the browser reads. Who puts something in writes it at once, without the detour
// over another goroutine, unless the pipe is full: then a writer takes over, so that a browser that has stopped
// reading holds nobody up.
type outlet struct {
	file *os.File
	raw  syscall.RawConn
	fail func(error)

	mu sync.Mutex
	// backlog is what the writer has still to write; busy says that there is a writer.
	backlog []byte
	busy    bool
}

func newOutlet(file *os.File, fail func(error)) (*outlet, error) {
	raw, err := file.SyscallConn()
	return &outlet{file: file, raw: raw, fail: fail}, err
}

// put writes a whole frame. Frames keep the order in which they are put.
func (o *outlet) put(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.busy {
		n, err := o.try(frame)
		if err != nil {
			o.fail(err)
			return
		}
		frame = frame[n:]
	}
	if len(frame) == 0 {
		return
	}
	o.backlog = append(o.backlog, frame...)
	if !o.busy {
		o.busy = true
		go o.drain()
	}
}

// try writes what fits into the pipe now.
func (o *outlet) try(frame []byte) (n int, err error) {
	var failed error
	err = o.raw.Write(func(fd uintptr) bool {
		n, failed = rawWrite(fd, frame)
		return true
	})
	switch {
	case err != nil:
		return 0, err
	case errors.Is(failed, syscall.EAGAIN), errors.Is(failed, syscall.EINTR):
		return 0, nil
	}
	return max(n, 0), failed
}

// drain writes the backlog until there is none.
func (o *outlet) drain() {
	for {
		o.mu.Lock()
		frames := o.backlog
		o.backlog = nil
		if len(frames) == 0 {
			o.busy = false
			o.mu.Unlock()
			return
		}
		o.mu.Unlock()
		if _, err := o.file.Write(frames); err != nil {
			o.fail(err)
			return
		}
	}
}

// close closes the pipe; a writer that is held up by it ends.
func (o *outlet) close() error { return o.file.Close() }

// rawWrite writes what fits into a pipe that never blocks, see [inlet].
func rawWrite(fd uintptr, b []byte) (int, error) {
	n, _, no := syscall.RawSyscall(syscall.SYS_WRITE, fd, uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)))
	if no != 0 {
		return 0, no
	}
	return int(n), nil
}
