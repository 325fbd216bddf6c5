package chrome

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strconv"
	"syscall"
)

// credential gives who the browser runs as: nil is whoever we are. Only root can and must choose, because
// Chromium's sandbox refuses to be started by root.
func credential(o Options) (*syscall.Credential, error) {
	if os.Geteuid() != 0 || o.NoSandbox {
		return nil, nil
	}
	names := []string{o.User}
	if o.User == "" {
		names = []string{"outrider", "nobody"}
	}
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(u.Uid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user %q: %w", name, err)
		}
		gid, err := strconv.ParseUint(u.Gid, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("user %q: %w", name, err)
		}
		if uid == 0 {
			return nil, fmt.Errorf("user %q is root: the browser must run as an unprivileged user", name)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, fmt.Errorf("started by root, the browser must run as an unprivileged user, and there is no user %q", names)
}

// Locale is the language that a browser starts with.
const Locale = "en-GB"

// command is the browser's command line, without our environment.
func command(prog Program, o Options, p *profile, cred *syscall.Credential) *exec.Cmd {
	cmd := exec.Command(prog.Path, arguments(prog, o, p)...)
	cmd.Dir = p.dir
	cmd.Env = environment(p, o.Headed)
	// The kernel kills the browser when we die, however we die; a process group of its own keeps a Ctrl-C
	// on the terminal away from it while runs are being finished.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true, Credential: cred}
	return cmd
}

// environment holds nothing of ours but the time zone, where fonts are configured, and for a window the display.
func environment(p *profile, headed bool) []string {
	env := []string{
		"HOME=" + p.home(), "TMPDIR=" + p.temp(), "XDG_CACHE_HOME=" + p.temp(), "XDG_CONFIG_HOME=" + p.home(),
		"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=en_GB.UTF-8", "DBUS_SESSION_BUS_ADDRESS=disabled:",
	}
	names := []string{"TZ", "FONTCONFIG_PATH", "FONTCONFIG_FILE"}
	if headed {
		names = append(names, "DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR")
	}
	for _, name := range names {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// hasDisplay reports whether a window could be seen.
func hasDisplay() bool { return os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" }

func arguments(prog Program, o Options, p *profile) []string {
	args := []string{"--remote-debugging-pipe", "--user-data-dir=" + p.home()}
	args = append(args, quietFlags()...)
	if !prog.Shell && !o.Headed {
		args = append(args, "--headless=new")
	}
	if smallSharedMemory() {
		args = append(args, "--disable-dev-shm-usage")
	}
	if o.NoSandbox {
		args = append(args, "--no-sandbox")
	}
	return append(slices.Concat(args, o.Flags), "about:blank")
}

// quietFlags keep the browser from doing anything that the journey did not ask for, and from treating a
// page that nobody looks at as one in the background.
func quietFlags() []string {
	return []string{
		"--no-first-run", "--no-default-browser-check", "--disable-background-networking",
		"--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
		"--disable-renderer-backgrounding", "--disable-breakpad", "--disable-crash-reporter",
		"--disable-client-side-phishing-detection", "--disable-component-update",
		"--disable-component-extensions-with-background-pages", "--disable-default-apps",
		"--disable-domain-reliability", "--disable-extensions", "--disable-field-trial-config",
		"--disable-hang-monitor", "--disable-popup-blocking",
		"--disable-prompt-on-repost", "--disable-search-engine-choice-screen", "--disable-sync",
		"--metrics-recording-only", "--no-pings", "--no-service-autorun", "--mute-audio", "--hide-scrollbars",
		"--password-store=basic", "--use-mock-keychain", "--force-color-profile=srgb",
		"--lang=" + Locale,
		// Input must reach a page that has not painted yet.
		"--allow-pre-commit-input",
		// Role and name of each element, as the browser's own accessibility tree has them.
		"--enable-blink-features=ComputedAccessibilityInfo",
		// RenderDocument makes a new host for each document, also of the same site: an eighth of a run's CPU, and no
		// page can tell. The omnibox popups are pages of the browser's own, made for each window of a full Chromium:
		// more than a third of a run's CPU. A renderer in reserve would be made for each run, and thrown away.
		"--disable-features=Translate,OptimizationHints,MediaRouter,DialMediaRouteProvider," +
			"BackForwardCache,PaintHolding,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,AcceptCHFrame," +
			"AutofillServerCommunication,CertificateTransparencyComponentUpdater,GlobalMediaControls," +
			"DestroyProfileOnBrowserClose,ThirdPartyStoragePartitioning,RenderDocument," +
			"WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess",
	}
}

// smallSharedMemory reports whether /dev/shm is too small for a page's bitmaps, as in a default container.
func smallSharedMemory() bool {
	var fs syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &fs); err != nil {
		return true
	}
	return int64(fs.Bavail)*int64(fs.Bsize) < 512<<20
}
