package chrome

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestFreeMemoryIsTheLeastOfTheMachinesAndOfAllLimits(t *testing.T) {
	const meminfo = "MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		want  int64
	}{
		"nobody says": {nil, -1},
		"no limit":    {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/memory.max": "max\n"}, 4000000 << 10},
		"a limit": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/b/memory.max": "1000\n",
			"sys/fs/cgroup/a/b/memory.current": "900\n", "sys/fs/cgroup/a/b/memory.stat": "anon 1\ninactive_file 300\n",
		}, 400},
		"a limit around it": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/memory.max": "1000\n", "sys/fs/cgroup/a/memory.current": "990\n",
		}, 10},
		"a container": {map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "2000\n",
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			for file, text := range c.files {
				file = filepath.Join(root, file)
				if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			if got := freeMemory(root); got != c.want {
				t.Errorf("got %d, want %d", got, c.want)
			}
		})
	}
	if free := freeMemory("/"); free <= 0 {
		t.Errorf("this machine has %d bytes free", free)
	}
}

func TestABrowserThatHasGrownTooLargeIsReplacedWithoutHarmToItsUsers(t *testing.T) {
	causes := make(chan string, 10)
	s := supervisor(t, Options{MaxMemory: 1, Weighing: 20 * time.Millisecond, OnStart: func(cause string) { causes <- cause }})
	first := lease(t, s)
	<-causes
	for {
		l := lease(t, s)
		l.Release()
		if l.PID() != first.PID() {
			break
		}
		time.Sleep(5 * time.Millisecond) // until it has been weighed
	}
	if cause := <-causes; cause != "memory" {
		t.Errorf("the cause is %q", cause)
	}
	if err := first.Ping(within(t, 5*time.Second)); err != nil {
		t.Errorf("the old one was ended while in use: %v", err)
	}
	first.Release()
	if err := first.Wait(within(t, 10*time.Second)); err != nil {
		t.Error(err)
	}
}

func TestARunWaitsForMemoryAsLongAsOthersMayFreeSome(t *testing.T) {
	free := make(chan int64, 3)
	o := Options{MinFree: 100}
	o.free = func() int64 { return <-free }
	s := supervisor(t, o)
	free <- 99
	if _, err := s.Lease(within(t, 10*time.Second)); !errors.Is(err, ErrNoMemory) {
		t.Errorf("got %v with nobody to wait for", err)
	}
	free <- 100
	first := lease(t, s)
	free <- 99
	free <- 99
	free <- 100
	second := lease(t, s)
	if second.PID() != first.PID() || len(free) > 0 {
		t.Error("it did not wait")
	}
}
