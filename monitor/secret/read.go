package secret

import (
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Reader reads sources from a file. Paths in it are relative to Folder.
type Reader struct {
	*document.Reader
	Folder string
}

// Source reads {env: NAME} or {file: PATH}.
func (r Reader) Source(n *document.Node) Source {
	if n == nil {
		return Source{}
	}
	if n.Kind == document.Text {
		r.Problem(n, "a secret does not belong in this file", "want {env: NAME} or {file: /run/secrets/name}")
		return Source{}
	}
	m := r.Map(n)
	s := Source{Env: m.Text("env"), File: r.Path(m.Text("file")), Pos: n.Pos}
	m.Done()
	if n.Kind == document.Mapping && (s.Env == "") == (s.File == "") {
		r.Problem(n, "want exactly one of env and file", "{env: NAME} or {file: /run/secrets/name}")
	}
	return s
}

// Address reads an http(s) URL that may be a secret: text, or where it comes from.
func (r Reader) Address(n *document.Node) Source {
	if n != nil && n.Kind == document.Text {
		r.CheckURL(n)
		return Plain(n.Value, n.Pos)
	}
	return r.Source(n)
}

// Maybe reads a value that some take for a secret and others do not, such as a user's name: text, or where it comes from.
func (r Reader) Maybe(n *document.Node) Source {
	if n != nil && n.Kind == document.Text {
		return Plain(n.Value, n.Pos)
	}
	return r.Source(n)
}

// CheckURL refuses what is no http(s) URL. nil is none.
func (r Reader) CheckURL(n *document.Node) {
	if n == nil || n.Kind != document.Text {
		return
	}
	if u, err := url.Parse(n.Value); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		r.Problem(n, fmt.Sprintf("want an http or https URL, got %q", n.Value), "")
	}
}

// Path gives a path that stands in the file as one that can be opened.
func (r Reader) Path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.Folder, path)
}
