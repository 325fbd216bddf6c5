package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/secrets"
)

// doctorCommand is `outrider doctor`.
type doctorCommand struct {
	Config string `short:"c" placeholder:"FILE" help:"The monitor's file; outrider.yaml where you are, if there is one."`
}

// finding is what one examination found. An empty trouble is good news.
type finding struct {
	what, trouble, hint string
	// mild troubles are worth knowing and keep nothing from working.
	mild bool
}

// Run examines everything and says what it found.
func (k *doctorCommand) Run(c *console) error {
	var config *monitor.Config
	ill := 0
	examine := func(title string, fs ...finding) {
		for _, f := range fs {
			mark := c.green("✓")
			switch {
			case f.trouble != "" && f.mild:
				mark = c.yellow("!")
			case f.trouble != "":
				mark = c.red("✗")
				ill++
			}
			fmt.Fprintf(c.out, "%s %s  %s\n", mark, pad(title, 13), strings.Join(nonEmpty(f.what, f.trouble), ": "))
			if f.trouble != "" && f.hint != "" {
				fmt.Fprintf(c.out, "  %s  %s\n", pad("", 13), c.faint(f.hint))
			}
		}
	}
	v, _ := buildVersion()
	examine("outrider", finding{what: fmt.Sprintf("%s, %s, %s/%s", v, runtime.Version(), runtime.GOOS, runtime.GOARCH)})
	f, config := k.configuration()
	examine("configuration", f)
	if config == nil {
		config = &monitor.Config{Data: "data"}
	}
	examine("secrets", secretsHere(config)...)
	examine("data folder", dataFolder(config.Data))
	examine("browser", browserHere(config))
	examine("fonts", fonts())
	examine("clock", clockHere())
	examine("open files", openFiles())
	if ill > 0 {
		return &failure{code: codeUnjudged, err: errors.New(plural(ill, "trouble") + " found")}
	}
	return nil
}

func (k *doctorCommand) configuration() (finding, *monitor.Config) {
	file := k.Config
	if file == "" {
		var err error
		if file, err = defaultConfig(); err != nil {
			return finding{trouble: "there is no outrider.yaml here", hint: "name one with -c FILE", mild: true}, nil
		}
	}
	config, err := monitor.Load(file)
	var problems document.Problems
	switch {
	case errors.As(err, &problems):
		return finding{what: file, trouble: countProblems(problems), hint: program() + " check " + file + " shows them"}, config
	case err != nil:
		return finding{what: file, trouble: pathOf(err)}, nil
	}
	return finding{what: fmt.Sprintf("%s: %s, %s, %s", file, plural(len(config.Journeys), "journey"), plural(len(config.Teams), "team"), plural(len(config.Pagers), "pager"))}, config
}

// secretsHere reports those that are not there.
func secretsHere(config *monitor.Config) []finding {
	var all []finding
	lookup, keeper := environment(), newKeeper(config)
	for _, name := range config.PagerNames() {
		if _, err := config.MakePager(name, lookup); err != nil {
			all = append(all, finding{what: "pager " + name, trouble: causeOf(err), hint: "serve does not start without it"})
		}
	}
	for _, j := range config.Journeys {
		for _, s := range j.Secrets {
			if _, err := secrets.Read(context.Background(), s, j.Dir, lookup, keeper); err != nil {
				all = append(all, finding{what: "journey " + j.Name, trouble: fmt.Sprintf("secret %q: %s", s.Name, err), hint: "its runs will end in error"})
			}
		}
	}
	if all == nil {
		all = []finding{{what: "all there"}}
	}
	return all
}

// causeOf is the message alone, without the place.
func causeOf(err error) string {
	var problems document.Problems
	if errors.As(err, &problems) && len(problems) > 0 {
		return problems[0].Message
	}
	return err.Error()
}

// dataFolder tries to write. It does not open the history: a monitor may be using it.
func dataFolder(dir string) finding {
	where := dir
	for {
		if _, err := os.Stat(where); err == nil || where == filepath.Dir(where) {
			break
		}
		where = filepath.Dir(where) // it will be made below the first folder that exists
	}
	f := finding{what: dir}
	probe, err := os.CreateTemp(where, ".outrider-doctor-")
	if err != nil {
		f.trouble, f.hint = pathOf(err), fmt.Sprintf("user %d must be able to write there", os.Getuid())
		if errors.Is(err, syscall.EROFS) {
			f.hint = "the disk is read-only: mount it so that it can be written; if it once could be, dmesg says why"
		}
		return f
	}
	probe.Close()
	os.Remove(probe.Name())
	var disk syscall.Statfs_t
	if syscall.Statfs(where, &disk) == nil {
		free := float64(disk.Bavail) * float64(disk.Bsize) / 1e9
		f.what = fmt.Sprintf("%s: writable, %.1f GB free", dir, free)
		if free < 1 {
			f.trouble, f.hint, f.mild = "less than 1 GB is free", "history and screenshots take up to 2 GB", true
		}
	}
	return f
}

// browserHere starts the browser as a journey would, sandbox included.
func browserHere(config *monitor.Config) finding {
	o := chrome.Options{ExecPath: config.Browser.Path, NoSandbox: config.Browser.NoSandbox, User: config.Browser.User}
	found, err := chrome.FindProgram(o.ExecPath)
	if err != nil {
		return finding{trouble: "no browser found", hint: chrome.InstallHint}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	began := time.Now()
	p, err := chrome.Start(ctx, o)
	if err != nil {
		f := finding{what: found.Path, trouble: err.Error()}
		var start *chrome.StartError
		if errors.As(err, &start) {
			f.hint = start.Hint
		}
		return f
	}
	took := time.Since(began)
	p.Kill(errors.New("the examination is over"))
	p.Wait(ctx)
	f := finding{what: fmt.Sprintf("%s, %s: starts in %.1f s, in its sandbox", found.Path, p.Version, took.Seconds())}
	if o.NoSandbox {
		f.what = strings.TrimSuffix(f.what, ", in its sandbox")
		f.trouble, f.hint, f.mild = "runs without its sandbox", "remove browser.sandbox: false unless this machine's kernel forbids it", true
	}
	if !found.Shell {
		f.trouble, f.hint, f.mild = "this is full Chromium", "chromium-headless-shell does the same with a third of the CPU", true
	}
	return f
}

// findBrowser is a usage error where there is none.
func findBrowser(path string) error {
	if _, err := chrome.FindProgram(path); err != nil {
		return &failure{code: codeUnjudged, err: errors.New("no browser found"), hint: chrome.InstallHint}
	}
	return nil
}

// fonts: without any, pages are measured and pictured as empty boxes.
func fonts() finding {
	count := 0
	home, _ := os.UserHomeDir()
	for _, dir := range []string{"/usr/share/fonts", "/usr/local/share/fonts", filepath.Join(home, ".fonts"), filepath.Join(home, ".local/share/fonts")} {
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			switch strings.ToLower(filepath.Ext(path)) {
			case ".ttf", ".otf", ".ttc", ".pfb":
				count++
			}
			return nil
		})
	}
	if count == 0 {
		return finding{trouble: "none installed", hint: "install some, fonts-liberation for instance: without fonts, screenshots show boxes"}
	}
	return finding{what: plural(count, "file")}
}

// openFiles: each run in flight needs several.
func openFiles() finding {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return finding{trouble: err.Error(), mild: true}
	}
	f := finding{what: fmt.Sprintf("up to %d", limit.Cur)}
	if limit.Cur < 4096 {
		f.trouble, f.hint, f.mild = "few", "ulimit -n 65536, or LimitNOFILE= in the systemd unit, for many journeys", true
	}
	return f
}
