package chrome

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// Stopped names a process of the browser that somebody has stopped (state T, see proc(5)), such as its renderer; empty if
// all run. The browser itself goes on to answer then, and what waits for that process looks like a page that never ends.
func (p *Process) Stopped() string {
	for _, pid := range groupOf(p.PID()) {
		proc := filepath.Join("/proc", strconv.Itoa(pid))
		stat, err := os.ReadFile(filepath.Join(proc, "stat"))
		if err != nil {
			continue
		}
		state := bytes.TrimSpace(stat[bytes.LastIndexByte(stat, ')')+1:])
		if len(state) == 0 || state[0] != 'T' {
			continue
		}
		line, _ := os.ReadFile(filepath.Join(proc, "cmdline"))
		if kind := regexp.MustCompile(`--(?:utility-sub-)?type=([\w.-]+)`).FindAllSubmatch(line, -1); kind != nil {
			return string(kind[len(kind)-1][1])
		}
		return "browser"
	}
	return ""
}
