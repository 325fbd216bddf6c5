package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed static
var staticFiles embed.FS

// assets are the style sheet, the script, the icons: what never changes while the program runs.
type assets map[string]asset

type asset struct {
	data []byte
	mime string
	// sum is part of the address, so that browsers may keep it for ever.
	sum string
}

// loadAssets reads what is embedded. The type of each is ours, not the system's: a container has no mime.types.
func loadAssets() (assets, error) {
	types := map[string]string{
		".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}
	found := assets{}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		data, err := fs.ReadFile(staticFiles, path.Join("static", e.Name()))
		if err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		found[e.Name()] = asset{data: data, mime: types[path.Ext(e.Name())], sum: hex.EncodeToString(sum[:6])}
	}
	return found, nil
}

// static is the address of an asset.
func (s *site) static(name string) string {
	return s.link("static", name) + "?v=" + s.assets[name].sum
}

func (s *site) asset(w http.ResponseWriter, r *http.Request) {
	a, ok := s.assets[r.PathValue("name")]
	if !ok {
		s.showing(s.nothing)(w, r)
		return
	}
	s.send(w, r, a)
}

// favicon answers browsers that ask before they have read a page.
func (s *site) favicon(w http.ResponseWriter, r *http.Request) {
	s.send(w, r, s.assets["favicon.svg"])
}

func (s *site) send(w http.ResponseWriter, r *http.Request, a asset) {
	h := w.Header()
	h.Set("Content-Type", a.mime)
	h.Set("ETag", `"`+a.sum+`"`)
	// /favicon.ico is asked for without the sum in its address.
	h.Set("Cache-Control", "max-age=86400")
	if r.URL.Query().Get("v") == a.sum {
		h.Set("Cache-Control", "max-age=31536000, immutable")
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(a.data))
}
