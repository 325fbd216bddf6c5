package browserbench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// harm kills or stops some process of the browser at random, and names what it did; empty if there was nothing to harm.
func (r *outrider) harm(random *rand.Rand) string {
	parts := r.parts()
	kinds := []string{"browser", "renderer", "gpu-process", "network"}
	kind := kinds[random.IntN(len(kinds))]
	signal, done := syscall.SIGKILL, "killed"
	if random.IntN(2) == 0 {
		signal, done = syscall.SIGSTOP, "stopped"
	}
	pids := parts[kind]
	if len(pids) == 0 {
		return ""
	}
	if random.IntN(2) == 0 || kind != "renderer" {
		pids = pids[:1] // of the pages all, or one
	}
	hit := 0
	for _, pid := range pids {
		if syscall.Kill(pid, signal) == nil {
			hit++
		}
	}
	if hit == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s (%d)", kind, done, hit)
}

// parts are the processes of our browsers by their kinds.
func (r *outrider) parts() map[string][]int {
	parts := map[string][]int{}
	roots := r.roots()
	for _, pid := range tree(roots) {
		line, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
		text := strings.ReplaceAll(string(line), "\x00", " ")
		switch {
		case pid != os.Getpid() && contains(roots, pid):
			parts["browser"] = append(parts["browser"], pid)
		case strings.Contains(text, "network.mojom.NetworkService"):
			parts["network"] = append(parts["network"], pid)
		default:
			for _, kind := range []string{"renderer", "gpu-process"} {
				if strings.Contains(text, "--type="+kind) {
					parts[kind] = append(parts[kind], pid)
				}
			}
		}
	}
	return parts
}

// strangers are the processes that name a folder on their command line, as browsers do by their profile. Zombies have
// none.
func strangers(dir string) (pids []int) {
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, file := range files {
		line, err := os.ReadFile(file)
		if pid, _ := strconv.Atoi(strings.Split(file, "/")[2]); err == nil && pid != os.Getpid() && strings.Contains(string(line), dir+"/") {
			pids = append(pids, pid)
		}
	}
	return pids
}

// profiles are the folders of browsers in a folder.
func profiles(b *testing.B, dir string) []string {
	b.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "outrider-chrome-*"))
	if err != nil {
		b.Fatal(err)
	}
	return all
}
