package browserbench

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// cost is what runs took: by the clock, in CPU of all processes that belong to the rival, and of the one that
// drives the browser.
type cost struct {
	wall, cpu, own time.Duration
	runs           int
}

func (c *cost) add(o cost) {
	c.wall += o.wall
	c.cpu += o.cpu
	c.own += o.own
	c.runs += o.runs
}

// each gives milliseconds a run.
func (c *cost) each(d time.Duration) float64 {
	return float64(d) / float64(time.Millisecond) / float64(c.runs)
}

// measure runs a rival n times, one run after the other. The CPU of the rival's other processes is not in it, see
// [others]: a browser goes on closing a page after a run is over.
func measure(r rival, n int) (cost, error) {
	c := cost{runs: n}
	own, begun := processCPU(r.driver()), time.Now()
	for range n {
		if err := r.run(); err != nil {
			return c, err
		}
	}
	c.wall = time.Since(begun)
	c.own = processCPU(r.driver()) - own
	c.cpu = c.own
	return c, nil
}

// others is the CPU time of a rival's processes but for the one that drives.
func others(r rival) time.Duration { return treeCPU(r.roots()) - processCPU(r.driver()) }

// stat is what /proc says of a process.
type stat struct {
	parent int
	ticks  int64 // of itself and of its children that have ended
	alone  int64
}

func processes() map[int]stat {
	all := map[int]stat{}
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		line, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(file, "/")[2])
		fields := strings.Fields(string(line[strings.LastIndexByte(string(line), ')')+1:]))
		var s stat
		s.parent, _ = strconv.Atoi(fields[1])
		for i, f := range fields[11:15] { // utime stime cutime cstime
			n, _ := strconv.ParseInt(f, 10, 64)
			s.ticks += n
			if i < 2 {
				s.alone += n
			}
		}
		all[pid] = s
	}
	return all
}

const tick = 10 * time.Millisecond // USER_HZ is 100 on Linux

// tree gives the roots and all processes below them. What is below this process has roots of its own.
func tree(roots []int) (pids []int) {
	all := processes()
	for pid := range all {
		for p := pid; p > 1; p = all[p].parent {
			if contains(roots, p) && (p != os.Getpid() || p == pid) {
				pids = append(pids, pid)
				break
			}
		}
	}
	return pids
}

func contains(list []int, n int) bool {
	for _, v := range list {
		if v == n {
			return true
		}
	}
	return false
}

// treeCPU is the CPU time of the roots and all below them, with what has ended there. Of this process only itself
// is counted: what it started is counted by its own root.
func treeCPU(roots []int) time.Duration {
	all := processes()
	var sum time.Duration
	for _, pid := range tree(roots) {
		if pid == os.Getpid() {
			sum += processCPU(pid)
			continue
		}
		sum += time.Duration(all[pid].ticks) * tick
	}
	return sum
}

// processCPU is the CPU time of one process; of this one without what looking at the others costs.
func processCPU(pid int) time.Duration {
	if pid != os.Getpid() {
		return time.Duration(processes()[pid].alone) * tick
	}
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// treeMemory is the proportional share of memory of the roots and all below them, in bytes.
func treeMemory(roots []int) (total int64) {
	for _, pid := range tree(roots) {
		text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
				kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
				total += kb << 10
			}
		}
	}
	return total
}
