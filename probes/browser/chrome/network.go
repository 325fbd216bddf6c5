package chrome

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"sync"
)

// network is the process by which a browser speaks to servers. When it dies, of the kernel's hunger for memory or by
// itself, the browser lives on and starts another one; what was under way fails as if its server had failed it.
type network struct {
	once sync.Once
	pid  int
}

// WatchNetwork notes the browser's network process, the first time that it is called.
func (p *Process) WatchNetwork() { p.network.once.Do(func() { p.network.pid = p.NetworkPID() }) }

// NetworkLost reports whether the network process that was noted is no more.
func (p *Process) NetworkLost() bool {
	p.WatchNetwork()
	return p.network.pid != 0 && p.NetworkPID() != p.network.pid
}

// NetworkPID is the network process; zero where the browser has no such process.
func (p *Process) NetworkPID() int {
	for _, pid := range groupOf(p.PID()) {
		line, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		if err == nil && bytes.Contains(line, []byte("network.mojom.NetworkService")) {
			return pid
		}
	}
	return 0
}
