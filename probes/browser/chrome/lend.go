package chrome

import (
	"fmt"
	"os"
	"path/filepath"
)

// Lend copies files into a folder that the browser may read, under their own names, and gives their new paths. The
// folder goes with the browser's profile, or earlier, when the second value is called.
func (p *Process) Lend(files []string) (lent []string, remove func(), err error) {
	dir, remove, err := p.Folder()
	if err != nil {
		return nil, nil, err
	}
	for i, file := range files {
		// A folder each: two files may have one name.
		own := filepath.Join(dir, fmt.Sprint(i))
		path := filepath.Join(own, filepath.Base(file))
		err := os.Mkdir(own, 0o700)
		if err == nil {
			err = copyFile(file, path)
		}
		if err == nil {
			err = p.hand(own, path)
		}
		if err != nil {
			remove()
			return nil, nil, err
		}
		lent = append(lent, path)
	}
	return lent, remove, nil
}

// Folder makes a folder that the browser may write to. remove removes it with all that is in it; what is forgotten goes with
// the browser.
func (p *Process) Folder() (dir string, remove func(), err error) {
	if dir, err = os.MkdirTemp(p.profile.temp(), "lent-"); err != nil {
		return "", nil, fmt.Errorf("making a folder for the browser: %w", err)
	}
	remove = func() { _ = os.RemoveAll(dir) }
	if err := p.hand(dir); err != nil {
		remove()
		return "", nil, err
	}
	return dir, remove, nil
}

// hand gives what we made to the browser's user.
func (p *Process) hand(paths ...string) error {
	cred := p.cmd.SysProcAttr.Credential
	if cred == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, int(cred.Uid), int(cred.Gid)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}
