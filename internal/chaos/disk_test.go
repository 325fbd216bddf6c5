package chaos

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// insideVariable says that the process has the mounts for itself.
const insideVariable = "OUTRIDER_CHAOS_INSIDE"

// TestMain starts the tests again in a mount namespace of their own: however they end, no disk of theirs is left behind.
func TestMain(m *testing.M) {
	if os.Getenv(insideVariable) != "" {
		if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			fmt.Fprintf(os.Stderr, "keeping the mounts to ourselves: %v\n", err)
			os.Exit(1)
		}
		os.Exit(m.Run())
	}
	runtime.LockOSThread() // The signal at the death of the parent is one at the death of its thread.
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), insideVariable+"=1")
	cmd.SysProcAttr = ownMounts()
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		os.Exit(0)
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		os.Exit(exit.ExitCode())
	}
	fmt.Fprintf(os.Stderr, "these tests break a disk, and mount it for that: %v\nrun them as root, in a container with --privileged\n", err)
	os.Exit(1)
}

// ownMounts lets a process mount, without being root where the system allows it.
func ownMounts() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		id := func(n int) []syscall.SysProcIDMap { return []syscall.SysProcIDMap{{HostID: n, Size: 1}} }
		attr.Cloneflags |= syscall.CLONE_NEWUSER
		attr.UidMappings, attr.GidMappings = id(os.Getuid()), id(os.Getgid())
	}
	return attr
}

// disk is a real file system for the monitor to write on. It can break as disks do.
type disk struct {
	at string
	// image is the file that an ext4 is in; empty for a disk of memory.
	image     string
	megabytes int64
	// due says that the disk is to fail once nobody writes there.
	due bool
}

// newDisk mounts a disk of so many megabytes at an empty folder: an ext4 in a file where there are loop devices, and
// memory elsewhere, in many containers. Where nothing can be mounted the test fails: a disk that is not broken proves
// nothing.
func newDisk(t *testing.T, at string, megabytes int64) *disk {
	t.Helper()
	d := &disk{image: filepath.Join(t.TempDir(), "disk"), at: at, megabytes: megabytes}
	if err := d.make(); err != nil {
		t.Logf("no file can be a disk here: the disk is memory, which does not fail while somebody writes: %v", err)
		d.image = ""
		if err := d.mount(); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if err := d.unmount(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// make puts a file system into the file, and mounts it.
func (d *disk) make() error {
	if err := os.WriteFile(d.image, nil, 0o600); err != nil {
		return err
	}
	if err := os.Truncate(d.image, d.megabytes<<20); err != nil {
		return err
	}
	if err := command("mkfs.ext4", "-q", "-F", "-m", "0", "-E", "nodiscard", d.image); err != nil {
		return err
	}
	return d.mount()
}

// kind is the disk as a message names it.
func (d *disk) kind() string {
	if d.image == "" {
		return "tmpfs on tmpfs"
	}
	return "ext4 on /dev/loop"
}

func (d *disk) mount() error {
	if d.image == "" {
		return command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", d.megabytes), "tmpfs", d.at)
	}
	return command("mount", "-o", "loop,errors=remount-ro", d.image, d.at)
}

// unmount waits for those who have files open there: they have been killed.
func (d *disk) unmount() error {
	return patiently(func() error { return command("umount", d.at) })
}

// patiently tries again while those who were killed are still going.
func patiently(try func() error) (err error) {
	for range 100 {
		if err = try(); err == nil {
			return nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return err
}

// fail lets the kernel find the file system damaged: it is read-only from now on, also for files that are open for
// writing. It stays so until it is mended. Memory cannot fail so: it is read-only once nobody writes there.
func (d *disk) fail() error {
	if d.image == "" {
		d.due = true
		return nil
	}
	return command("mount", "-o", "remount,abort", d.at)
}

// stopped is to be told when nobody writes to a failed disk any more.
func (d *disk) stopped() error {
	if !d.due {
		return nil
	}
	d.due = false
	return patiently(func() error { return d.set(true) })
}

// mend is what an operator does after he has stopped what runs there.
func (d *disk) mend() error {
	if d.image == "" {
		return d.set(false)
	}
	return errors.Join(d.unmount(), d.mount())
}

// set makes the whole disk read-only, as an operator would, or writable: nobody may be writing there.
func (d *disk) set(readOnly bool) error {
	how := uintptr(syscall.MS_REMOUNT)
	if readOnly {
		how |= syscall.MS_RDONLY
	}
	if err := syscall.Mount("", d.at, "", how, ""); err != nil {
		return fmt.Errorf("mounting %s anew: %w", d.at, err)
	}
	return nil
}

// command runs a tool of the system's administrator, whose folders are not on everybody's path.
func command(name string, words ...string) error {
	for _, dir := range []string{"/sbin", "/usr/sbin"} {
		file := filepath.Join(dir, name)
		if _, err := os.Stat(file); err == nil {
			name = file
			break
		}
	}
	if out, err := exec.Command(name, words...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(words, " "), err, out)
	}
	return nil
}

// fill takes all the room that is left, without writing it.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	end := int64(0)
	for took := true; took; {
		took = false
		for size := int64(16 << 20); size >= 1<<10; size /= 2 {
			for err = nil; err == nil; {
				if err = syscall.Fallocate(int(f.Fd()), 0, end, size); err == nil {
					end += size
					took = true
				}
			}
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("filling the disk: %v", err)
		}
		if err := f.Sync(); err != nil { // What was promised and not needed is free again then.
			t.Fatal(err)
		}
	}
}
