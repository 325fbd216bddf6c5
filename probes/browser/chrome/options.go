package chrome

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"
)

// Options say which browser to run and how. The zero value is right on a Debian machine with Chromium.
type Options struct {
	// ExecPath is the browser's program. Empty: chromium-headless-shell where it is installed, otherwise
	// Chromium or Chrome.
	ExecPath string
	// User is who the browser runs as when we are root. Empty: outrider if there is such a user, else nobody.
	User string
	// Headed shows the browser's window, on the display that we have. It takes a full Chromium.
	Headed bool
	// NoSandbox gives up Chromium's sandbox. Only for machines whose kernel forbids it.
	NoSandbox bool
	// Flags are added to the command line. A flag that opens a port or weakens the sandbox is refused.
	Flags []string
	// TempDir holds the profile folders. Empty: the system's.
	TempDir string
	// RecycleAfter is the number of leases after which a fresh browser takes over. Zero: 200; negative: never.
	RecycleAfter int
	// MaxMemory is how large the browser with all its processes may grow, in bytes, before a fresh one takes over.
	// It is weighed every Weighing. Zero: 2 GB, 15s; negative: it may grow without limit.
	MaxMemory int64
	Weighing  time.Duration
	// MinFree is how much memory must be free, in bytes, for a lease. Zero: 256 MB; negative: none need be.
	MinFree int64
	free    func() int64
	// StartTimeout bounds a start. Zero: 20s.
	StartTimeout time.Duration
	// Heartbeat is how often a browser in use is asked for a sign of life, HeartbeatTimeout how long it may
	// take. Zero: 1s, 3s.
	Heartbeat, HeartbeatTimeout time.Duration
	// OnStart hears of every start and its cause: first, recycle, memory, crash, frozen. May be nil.
	OnStart func(cause string)
	// Logger gets one line for each start and end. Nil: silence.
	Logger *slog.Logger
}

func (o Options) withDefaults() Options {
	if o.RecycleAfter == 0 {
		o.RecycleAfter = 200
	}
	if o.MaxMemory == 0 {
		o.MaxMemory = 2_000_000_000
	}
	if o.Weighing == 0 {
		o.Weighing = 15 * time.Second
	}
	if o.MinFree == 0 {
		o.MinFree = 256_000_000
	}
	if o.free == nil {
		o.free = func() int64 { return freeMemory("/") }
	}
	if o.StartTimeout == 0 {
		o.StartTimeout = 20 * time.Second
	}
	if o.Heartbeat == 0 {
		o.Heartbeat = time.Second
	}
	if o.HeartbeatTimeout == 0 {
		o.HeartbeatTimeout = 3 * time.Second
	}
	if o.OnStart == nil {
		o.OnStart = func(string) {}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.TempDir == "" {
		o.TempDir = os.TempDir()
	}
	return o
}

// refusedFlags would open a port, give the profile away or weaken the sandbox.
func refusedFlags() map[string]string {
	return map[string]string{
		"remote-debugging-port":          "it opens a port through which anyone on this machine can drive the browser",
		"remote-debugging-address":       "it opens a port through which others can drive the browser",
		"remote-debugging-io-pipes":      "the debugging pipe is ours",
		"user-data-dir":                  "the profile folder is ours to make and to remove",
		"no-sandbox":                     "set NoSandbox if this machine's kernel forbids the sandbox",
		"disable-setuid-sandbox":         "set NoSandbox if this machine's kernel forbids the sandbox",
		"disable-namespace-sandbox":      "set NoSandbox if this machine's kernel forbids the sandbox",
		"disable-seccomp-filter-sandbox": "set NoSandbox if this machine's kernel forbids the sandbox",
		"single-process":                 "it runs pages without a sandbox",
		"no-zygote":                      "it runs pages without a sandbox",
	}
}

// Check reports the first flag that is refused.
func (o Options) Check() error {
	refused := refusedFlags()
	for _, f := range o.Flags {
		name, _, _ := strings.Cut(strings.TrimLeft(f, "-"), "=")
		if why, bad := refused[name]; bad {
			return fmt.Errorf("browser flag %q is refused: %s", f, why)
		}
		if !strings.HasPrefix(f, "--") {
			return fmt.Errorf("browser flag %q does not start with --", f)
		}
	}
	return nil
}
