package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp/jsonv2"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/inpage"
)

const (
	// maxUpload bounds a file that is uploaded.
	maxUpload = 64 << 20
	// uploadKey names the file field that the page keeps.
	uploadKey = "upload"
)

// chooser is a file chooser that a page has opened.
type chooser struct {
	session *chrome.Session
	Node    int64  `json:"backendNodeId"`
	Mode    string `json:"mode"`
}

// upload gives files to a file field, or to the chooser that a click on the target opens. The browser gets copies:
// it runs as another user.
func (s *session) upload(ctx context.Context, scope *journeys.Scope, tg subject, names []journeys.Template) (drift string, err error) {
	files, err := s.files(ctx, scope, names)
	if err != nil {
		return "", err
	}
	t := s.tab
	f, err := t.wait(ctx, tg, inpage.Query{Want: inpage.File, Act: true, Key: uploadKey, Number: len(files)})
	if err != nil {
		return "", err
	}
	lent, remove, err := t.lease.Lend(files)
	if err != nil {
		return "", fmt.Errorf("lending files to the browser: %w", err)
	}
	t.mu.Lock()
	t.lent = append(t.lent, remove)
	t.mu.Unlock()
	if f.Chooser {
		return t.choose(ctx, tg, lent)
	}
	node, err := t.kept(ctx, f.place.frame, uploadKey)
	if err != nil {
		return "", err
	}
	fs, err := t.frameSession(ctx, f.place.frame)
	if err != nil {
		return "", err
	}
	if err := fs.Call(ctx, "DOM.setFileInputFiles", map[string]any{"objectId": node, "files": lent}, nil); err != nil {
		return "", err
	}
	taken := 0
	switch err := t.askOnce(ctx, f.place.frame, "files", uploadKey, &taken); {
	case err != nil && replaced(err):
		return f.drift, nil // the choice sent the form
	case err != nil:
		return "", err
	case taken != len(lent):
		return "", &obstacle{"act", fmt.Sprintf("it holds %d of the %d files", taken, len(lent))}
	}
	return f.drift, nil
}

// files are the paths of the step's files. That one cannot be read is a fault of the monitor's.
func (s *session) files(ctx context.Context, scope *journeys.Scope, names []journeys.Template) ([]string, error) {
	var files []string
	for _, name := range names {
		path, err := name.Text(ctx, scope)
		if err != nil {
			return nil, err
		}
		if !filepath.IsAbs(path) {
			path = filepath.Join(s.options.Journey.Dir, path)
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			return nil, &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("upload: %v", err), Err: err}
		case !info.Mode().IsRegular():
			return nil, &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("upload: %s is not a file", path)}
		case info.Size() > maxUpload:
			return nil, &probes.Failure{Reason: probes.Config, Message: fmt.Sprintf("upload: %s is larger than %d MB", path, maxUpload>>20)}
		}
		files = append(files, path)
	}
	return files, nil
}

// choose clicks the target and answers the file chooser that it opens.
func (t *tab) choose(ctx context.Context, tg subject, files []string) (drift string, err error) {
	all := t.sessions()
	for _, s := range all {
		if err := s.Call(ctx, "Page.setInterceptFileChooserDialog", map[string]any{"enabled": true}, nil); err != nil {
			return "", err
		}
		defer s.Post("Page.setInterceptFileChooserDialog", map[string]any{"enabled": false})
	}
	t.mu.Lock()
	t.chooser = nil
	t.mu.Unlock()
	if drift, _, err = t.click(ctx, tg, newGesture(1, journeys.Mouse{}), inpage.Query{}); err != nil {
		return "", err
	}
	var c *chooser
	short, cancel := context.WithTimeout(ctx, remaining(ctx))
	defer cancel()
	err = t.until(short, func() bool { c = t.chooser; return c != nil })
	switch {
	case err != nil && ctx.Err() == nil:
		return "", &obstacle{"act", "a click on it opened no file chooser"}
	case err != nil:
		return "", err
	case c.Mode == "selectSingle" && len(files) > 1:
		return "", &obstacle{"act", "its file chooser takes one file only"}
	}
	params := map[string]any{"backendNodeId": c.Node, "files": files}
	return drift, c.session.Call(ctx, "DOM.setFileInputFiles", params, nil)
}

// chooserOpened notes a file chooser.
func (t *tab) chooserOpened(s *chrome.Session, params jsonv2.Value) {
	c, ok := chrome.Decode[chooser](params)
	if !ok {
		return
	}
	c.session = s
	t.mu.Lock()
	defer t.mu.Unlock()
	t.chooser = &c
	t.bump()
}

// takeBack removes what the browser was lent.
func (t *tab) takeBack() {
	t.mu.Lock()
	lent := t.lent
	t.lent = nil
	t.mu.Unlock()
	for _, remove := range lent {
		remove()
	}
}
