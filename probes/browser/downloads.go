package browser

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

const (
	// maxDownload is the size above which a download is broken off, where the step says no other; maxDownloads bounds
	// those of an attempt, and maxDownloadText what expressions see of one as text.
	maxDownload     = 50 * 1000 * 1000
	maxDownloads    = 20
	maxDownloadText = 1 << 20
)

// downloads are the files of an attempt, in a folder of its own that goes with it. A window has them only if a step of
// its journey brings one about: all others may download nothing.
type downloads struct {
	line   *chrome.Session
	dir    string
	remove func()

	mu   sync.Mutex
	all  []*download
	most int64 // of the step under way
}

// download is a file that is coming, or has come.
type download struct {
	id, name, url string
	begun         time.Time
	size, total   int64  // total is -1 or 0 where nobody has said
	state         string // inProgress, completed, canceled
	tooLarge      bool
	used          bool
}

type (
	downloadBegun struct {
		ID    string      `json:"guid"`
		Frame cdp.FrameID `json:"frameId"`
		URL   string      `json:"url"`
		Name  string      `json:"suggestedFilename"`
	}
	downloadWent struct {
		ID       string  `json:"guid"`
		Total    float64 `json:"totalBytes"`
		Received float64 `json:"receivedBytes"`
		State    string  `json:"state"`
	}
)

// takeDownloads has the window's downloads put into a folder, and reported.
func (w *window) takeDownloads(ctx context.Context) error {
	res, err := cdp.Call(ctx, w.lease.Root, target.AttachToBrowserTarget, cdp.Empty{})
	if err != nil {
		return err
	}
	d := &downloads{most: maxDownload}
	if d.dir, d.remove, err = w.lease.Folder(); err != nil {
		return err
	}
	d.line = w.lease.Session(res.SessionID, func(_ *chrome.Session, method string, params jsonv2.Value) { w.downloadHeard(d, method, params) })
	d.line.Listen()
	w.downloads = d
	return d.line.Call(ctx, "Browser.setDownloadBehavior", map[string]any{
		"behavior": "allowAndName", "browserContextId": string(w.contextID), "downloadPath": d.dir, "eventsEnabled": true,
	}, nil)
}

// endDownloads ends the line and removes the folder, after the context has gone.
func (w *window) endDownloads(ctx context.Context) {
	d := w.downloads
	if d == nil {
		return
	}
	d.line.Forget()
	_, _ = cdp.Call(ctx, w.lease.Root, target.DetachFromTarget, target.DetachFromTargetParams{SessionID: d.line.ID})
	d.remove()
}

// downloadHeard follows the downloads. The browser tells of those of all its contexts; which are the window's is seen by
// their frames. It runs on the goroutine that reads the wire.
func (w *window) downloadHeard(d *downloads, method string, params jsonv2.Value) {
	begun, ok := chrome.Decode[downloadBegun](params)
	ok = ok && method == "Browser.downloadWillBegin" && w.hasFrame(begun.Frame)
	d.mu.Lock()
	switch method {
	case "Browser.downloadWillBegin":
		if e := begun; ok {
			if len(d.all) >= maxDownloads {
				d.line.Post("Browser.cancelDownload", map[string]any{"guid": e.ID, "browserContextId": string(w.contextID)})
				break
			}
			d.all = append(d.all, &download{id: e.ID, name: filepath.Base(e.Name), url: e.URL, begun: time.Now(), state: "inProgress"})
		}
	case "Browser.downloadProgress":
		e, _ := chrome.Decode[downloadWent](params)
		for _, one := range d.all {
			if one.id != e.ID {
				continue
			}
			one.state, one.size, one.total = e.State, int64(e.Received), int64(e.Total)
			if one.state == "inProgress" && !one.tooLarge && int64(max(e.Total, e.Received)) > d.most {
				one.tooLarge = true
				d.line.Post("Browser.cancelDownload", map[string]any{"guid": e.ID, "browserContextId": string(w.contextID)})
			}
		}
	}
	d.mu.Unlock()
	w.bump()
}

// hasFrame reports whether a frame is one of the window's.
func (w *window) hasFrame(id cdp.FrameID) bool {
	for _, t := range w.everyTab() {
		if t.HasFrame(id) {
			return true
		}
	}
	return false
}

// expectDownload says how large the step's download may be.
func (w *window) expectDownload(want *journeys.Download) {
	if d := w.downloads; d != nil && want != nil {
		d.mu.Lock()
		d.most = cmp.Or(want.Max, maxDownload)
		d.mu.Unlock()
	}
}

// downloaded waits for the file that the step must bring about, and gives what expressions see of it.
func (s *session) downloaded(ctx context.Context, scope *journeys.Scope, want *journeys.Download) error {
	s.file = nil
	if want == nil {
		return nil
	}
	pattern, err := want.Name.Text(ctx, scope)
	if err != nil {
		return err
	}
	d := s.tab.window.downloads
	var got *download
	var others []string
	err = s.tab.Until(ctx, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		got, others = nil, nil
		for _, one := range d.all {
			switch {
			case one.used || one.begun.Before(s.begun):
			case pattern != "" && !address.Matches(pattern, one.name):
				others = append(others, one.name)
			case got == nil:
				got = one
			}
		}
		return got != nil && got.state != "inProgress"
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil && context.Cause(ctx) == context.DeadlineExceeded {
		return noDownload(pattern, got, others, err)
	}
	if err != nil {
		return err
	}
	got.used = true
	switch {
	case got.tooLarge:
		return &probes.Failure{
			Reason: probes.Assertion, Message: fmt.Sprintf("the download %q is larger than %d bytes", got.name, d.most),
			Expected: fmt.Sprintf("at most %d bytes", d.most), Got: "more",
		}
	case got.state != "completed" && noRoom(d.dir, got.total):
		return &probes.Failure{
			Reason: probes.Resources, Expected: "a whole file", Got: got.state,
			Message: fmt.Sprintf("the download %q could not be kept: the monitor's disk has no room in %s", got.name, filepath.Dir(d.dir)),
		}
	case got.state != "completed":
		return &probes.Failure{
			Reason: probes.Navigation, Message: fmt.Sprintf("the download %q broke off after %d bytes", got.name, got.size),
			Expected: "a whole file", Got: got.state,
		}
	}
	s.file, err = got.read(d.dir)
	return err
}

// littleRoom is less than what a disk has that is not full.
const littleRoom = 4 << 20

// noRoom reports whether a folder has no room for so many bytes, where they are known: the browser gives up a file for
// which there is none, and does not say why.
func noRoom(dir string, total int64) bool {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(dir, &disk); err != nil {
		return errors.Is(err, os.ErrNotExist)
	}
	return int64(disk.Bavail)*disk.Bsize < max(total, littleRoom)
}

func noDownload(pattern string, got *download, others []string, err error) *probes.Failure {
	f := &probes.Failure{Reason: probes.Assertion, Err: err, Expected: "a download", Got: "none", Message: "nothing was downloaded"}
	if pattern != "" {
		f.Expected += " called " + pattern
	}
	switch {
	case got != nil:
		f.Reason, f.Message = probes.Timeout, fmt.Sprintf("the download %q was not complete: %d bytes had come", got.name, got.size)
		f.Got = fmt.Sprintf("%d bytes", got.size)
	case len(others) > 0:
		f.Message, f.Got = fmt.Sprintf("nothing called %q was downloaded, but %q", pattern, others), fmt.Sprintf("%q", others)
	}
	return f
}

// read gives what expressions see of a file, and removes it.
func (one *download) read(dir string) (map[string]any, error) {
	path := filepath.Join(dir, one.id)
	defer os.Remove(path)
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the download: %w", err)
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, maxDownloadText+1))
	if err != nil {
		return nil, fmt.Errorf("reading the download: %w", err)
	}
	hash := sha256.New()
	_, _ = hash.Write(head)
	rest, err := io.Copy(hash, file)
	if err != nil {
		return nil, fmt.Errorf("reading the download: %w", err)
	}
	seen := map[string]any{
		"name": one.name, "size": len(head) + int(rest), "sha256": hex.EncodeToString(hash.Sum(nil)), "url": one.url,
	}
	// What is no text, or too long to be looked through, has none: that is a missing value.
	if len(head) <= maxDownloadText && utf8.Valid(head) {
		seen["text"] = string(head)
	}
	return seen, nil
}
