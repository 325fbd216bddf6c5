package web

import (
	"mime"
	"net/http"
	"slices"
)

// artifact sends a file that a run left behind. The store decides what it is and opens nothing else; here it is made
// sure that a browser only ever looks at it.
func (s *site) artifact(w http.ResponseWriter, r *http.Request) {
	id, name := r.PathValue("id"), r.PathValue("name")
	file, err := s.o.Store.OpenArtifact(r.Context(), id, name)
	if err != nil {
		s.showing(func(*http.Request) (view, error) { return view{}, err })(w, r)
		return
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Cache-Control", "private, max-age=3600")
	kind, _, err := mime.ParseMediaType(file.MIME)
	if err != nil || !harmless(kind) {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	} else {
		h.Set("Content-Type", file.MIME)
	}
	http.ServeContent(w, r, "", file.ModTime, file)
}

// harmless types are shown; everything else is offered to be saved. SVG and HTML are not among them: they can run.
func harmless(kind string) bool {
	return slices.Contains([]string{"image/jpeg", "image/png", "image/webp", "image/gif", "application/json", "text/plain"}, kind)
}
