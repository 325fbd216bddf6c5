//go:build !linux

package monitor

import (
	"os/exec"
	"testing"
)

// startOnCore can only keep Go code to one core here: what the kernel does for us may use another.
func startOnCore(_ *testing.B, cmd *exec.Cmd, last bool) error {
	if last {
		cmd.Env = append(cmd.Env, "GOMAXPROCS=1")
	}
	return cmd.Start()
}
