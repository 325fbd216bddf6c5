package web

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"github.com/outrider-monitor/outrider/history"
)

//go:embed templates
var templateFiles embed.FS

// view is one page, ready to be rendered.
type view struct {
	// Template is the file that shows Data.
	Template string
	// Status is 200 unless it says otherwise.
	Status int
	// Title comes before the name of the product. Section is the part of the navigation that is lit.
	Title, Section string
	// Mood picks the icon of the browser's tab.
	Mood string
	// Live pages refresh themselves.
	Live bool
	Data any
}

// frame is what a template sees.
type frame struct {
	view
	Watched Watched
	Now     moment
	Version string
	// Refresh is the number of milliseconds between two looks; 0: the page never changes.
	Refresh int64
}

// parseTemplates reads each page together with the frame around it and the parts that pages share.
func (s *site) parseTemplates() (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(s.functions()).ParseFS(templateFiles, "templates/shared/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, name := range []string{"overview", "journey", "run", "incidents", "incident", "maintenance", "nothing"} {
		page, err := shared.Clone()
		if err != nil {
			return nil, err
		}
		if pages[name], err = page.ParseFS(templateFiles, "templates/"+name+".html"); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

func (s *site) functions() template.FuncMap {
	return template.FuncMap{
		"link": s.link, "static": s.static, "took": took, "span": span, "exact": exact, "human": human, "titled": titled,
		"because": because, "count": count, "external": external, "sized": sized, "list": list, "capital": capital, "breakable": breakable,
		"outcome": ofOutcome, "when": s.when,
	}
}

// when makes a time presentable.
func (s *site) when(t time.Time) moment { return moment{t: t, now: s.o.Now()} }

// showing answers with a page. What is not found becomes a page that helps on, any other error is logged and told.
func (s *site) showing(look func(r *http.Request) (view, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := look(r)
		switch {
		case errors.Is(err, history.ErrNotFound):
			v = s.missing(r)
		case r.Context().Err() != nil:
			return // Nobody waits for it any more.
		case err != nil:
			s.o.Log.Error("a page cannot be shown", "path", r.URL.Path, "error", err)
			v = trouble()
		}
		s.render(w, v)
	}
}

// render writes a page, whole or not at all.
func (s *site) render(w http.ResponseWriter, v view) {
	f := frame{view: v, Watched: s.o.Watched(), Now: s.when(s.o.Now()), Version: s.o.Version}
	if v.Live {
		f.Refresh = s.o.Refresh.Milliseconds()
	}
	var page bytes.Buffer
	if err := s.pages[v.Template].ExecuteTemplate(&page, "frame", f); err != nil {
		s.o.Log.Error("a page cannot be rendered", "page", v.Template, "error", err)
		http.Error(w, "this page cannot be shown; the monitor's log says why", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(page.Len()))
	w.WriteHeader(max(v.Status, http.StatusOK))
	_, _ = w.Write(page.Bytes())
}
