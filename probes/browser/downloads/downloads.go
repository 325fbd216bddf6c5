// Package downloads takes the files that a journey's pages give out: into a folder of the attempt, bounded in number and
// size, and read for its expressions.
//
// It knows of no page: whose a download is and how to wait are given to it. Its one rule: a file that did not come as a
// whole is none, and that the monitor's disk has no room for it is never the target's fault.
package downloads

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
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

const (
	// maxDownload is the size above which a download is broken off, where the step says no other; maxDownloads bounds
	// those of an attempt, and maxDownloadText what expressions see of one as text.
	maxDownload     = 50 * 1000 * 1000
	maxDownloads    = 20
	maxDownloadText = 1 << 20
)

// Folder holds the files of an attempt, in a folder of its own that goes with it. A window has it only if a step of
// its journey brings one about: all others may download nothing. It is safe for use by several goroutines.
type Folder struct {
	line      *wire.Session
	contextID cdp.BrowserContextID
	Dir       string
	remove    func()
	// mine tells the window's frames from those of others; changed wakes those who wait.
	mine    func(cdp.FrameID) bool
	changed func()

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

// Take has the downloads of a browser context put into a folder, and reported. mine tells the context's frames
// from those of others, and changed is called when anything has come of them, both on the goroutine that reads the wire.
func Take(ctx context.Context, l *chrome.Lease, id cdp.BrowserContextID, mine func(cdp.FrameID) bool, changed func()) (*Folder, error) {
	res, err := cdp.Call(ctx, l.Root, target.AttachToBrowserTarget, cdp.Empty{})
	if err != nil {
		return nil, err
	}
	d := &Folder{contextID: id, most: maxDownload, mine: mine, changed: changed}
	if d.Dir, d.remove, err = l.Folder(); err != nil {
		return nil, err
	}
	d.line = l.Session(res.SessionID, d.heard)
	d.line.Listen()
	return d, d.line.Call(ctx, "Browser.setDownloadBehavior", map[string]any{
		"behavior": "allowAndName", "browserContextId": string(id), "downloadPath": d.Dir, "eventsEnabled": true,
	}, nil)
}

// End ends the line and removes the folder, after the context has gone.
func (d *Folder) End(ctx context.Context, l *chrome.Lease) {
	d.line.Forget()
	_, _ = cdp.Call(ctx, l.Root, target.DetachFromTarget, target.DetachFromTargetParams{SessionID: d.line.ID})
	d.remove()
}

// heard follows the downloads. The browser tells of those of all its contexts; which are this one's is seen by
// their frames. It runs on the goroutine that reads the wire.
func (d *Folder) heard(_ *wire.Session, method string, params jsonv2.Value) {
	begun, ok := wire.Decode[downloadBegun](params)
	ok = ok && method == "Browser.downloadWillBegin" && d.mine(begun.Frame)
	d.mu.Lock()
	switch method {
	case "Browser.downloadWillBegin":
		if e := begun; ok {
			if len(d.all) >= maxDownloads {
				d.line.Post("Browser.cancelDownload", map[string]any{"guid": e.ID, "browserContextId": string(d.contextID)})
				break
			}
			d.all = append(d.all, &download{id: e.ID, name: filepath.Base(e.Name), url: e.URL, begun: time.Now(), state: "inProgress"})
		}
	case "Browser.downloadProgress":
		e, _ := wire.Decode[downloadWent](params)
		for _, one := range d.all {
			if one.id != e.ID {
				continue
			}
			one.state, one.size, one.total = e.State, int64(e.Received), int64(e.Total)
			if one.state == "inProgress" && !one.tooLarge && int64(max(e.Total, e.Received)) > d.most {
				one.tooLarge = true
				d.line.Post("Browser.cancelDownload", map[string]any{"guid": e.ID, "browserContextId": string(d.contextID)})
			}
		}
	}
	d.mu.Unlock()
	d.changed()
}

// Expect says how large the download of a step may be.
func (d *Folder) Expect(want *journeys.Download) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.most = cmp.Or(want.Max, maxDownload)
}

// Await waits for the file whose name matches the pattern, empty for any, and that began since a moment, and gives what
// expressions see of it. until waits until something holds, looking at each change.
func (d *Folder) Await(ctx context.Context, pattern string, since time.Time, until func(context.Context, func() bool) error) (map[string]any, error) {
	var got *download
	var others []string
	err := until(ctx, func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		got, others = d.find(pattern, since)
		return got != nil && got.state != "inProgress"
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil && context.Cause(ctx) == context.DeadlineExceeded {
		return nil, noDownload(pattern, got, others, err)
	}
	if err != nil {
		return nil, err
	}
	got.used = true
	if f := d.fault(got); f != nil {
		return nil, f
	}
	return got.read(d.Dir)
}

// find gives the first download that is meant and not used yet, and the names of those that are not meant.
func (d *Folder) find(pattern string, since time.Time) (got *download, others []string) {
	for _, one := range d.all {
		switch {
		case one.used || one.begun.Before(since):
		case pattern != "" && !address.Matches(pattern, one.name):
			others = append(others, one.name)
		case got == nil:
			got = one
		}
	}
	return got, others
}

// fault says what is wrong with a download that has ended, or nil.
func (d *Folder) fault(got *download) *probes.Failure {
	switch {
	case got.tooLarge:
		return &probes.Failure{
			Reason: probes.Assertion, Message: fmt.Sprintf("the download %q is larger than %d bytes", got.name, d.most),
			Expected: fmt.Sprintf("at most %d bytes", d.most), Got: "more",
		}
	case got.state != "completed" && noRoom(d.Dir, got.total):
		return &probes.Failure{
			Reason: probes.Resources, Expected: "a whole file", Got: got.state,
			Message: fmt.Sprintf("the download %q could not be kept: the monitor's disk has no room in %s", got.name, filepath.Dir(d.Dir)),
		}
	case got.state != "completed":
		return &probes.Failure{
			Reason: probes.Navigation, Message: fmt.Sprintf("the download %q broke off after %d bytes", got.name, got.size),
			Expected: "a whole file", Got: got.state,
		}
	}
	return nil
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
