package chrome

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNoBrowser says that no browser is installed.
var ErrNoBrowser = errors.New("no Chromium is installed")

// InstallHint is what to type where no browser is installed.
const InstallHint = "apt-get install chromium-headless-shell fonts-liberation"

// Program is a browser's executable file.
type Program struct {
	Path string
	// Shell reports that it is the headless shell: several times cheaper, and never with a window.
	Shell bool
}

// FindProgram gives the program to run: the one at path if it is not empty, otherwise the headless shell,
// otherwise a full Chromium or Chrome. Debian's launchers are shell scripts; where the program behind one is
// at its known place it is used directly, so that a signal reaches the browser and not a shell.
func FindProgram(path string) (Program, error) {
	if path != "" {
		found, err := exec.LookPath(path)
		if err != nil {
			return Program{}, fmt.Errorf("browser %q: %w", path, err)
		}
		return programAt(found), nil
	}
	for _, name := range []string{
		"chromium-headless-shell", "headless_shell", "headless-shell", "chrome-headless-shell",
		"chromium", "chromium-browser", "google-chrome-stable", "google-chrome",
	} {
		if found, err := exec.LookPath(name); err == nil {
			return programAt(found), nil
		}
	}
	return Program{}, ErrNoBrowser
}

// findWindowed gives a program that can show a window, as FindProgram does.
func findWindowed(path string) (Program, error) {
	names := []string{"chromium", "chromium-browser", "google-chrome-stable", "google-chrome"}
	if path != "" {
		names = []string{path}
	}
	for _, name := range names {
		if found, err := exec.LookPath(name); err == nil && !programAt(found).Shell {
			return programAt(found), nil
		}
	}
	return Program{}, errors.New("no Chromium that can show a window is installed (the headless shell cannot)")
}

func programAt(path string) Program {
	name := filepath.Base(path)
	p := Program{Path: path, Shell: strings.Contains(name, "headless")}
	behind := filepath.Join("/usr/lib/chromium", name)
	if path == filepath.Join("/usr/bin", name) && isScript(path) && isExecutable(behind) {
		p.Path = behind
	}
	return p
}

func isScript(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 2)
	n, _ := f.Read(head)
	return n == 2 && string(head) == "#!"
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}
