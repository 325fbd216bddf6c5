package shop

import (
	"net/http"
	"strings"
)

// controlRoutes is where the shop is broken and mended, by a person at / or by a program. A page of another origin is
// refused, so that no website that a developer visits can break their demo.
func (s *Shop) controlRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.controlPage)
	mux.HandleFunc("GET /defects", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.Defects()) })
	mux.HandleFunc("GET /traffic", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, s.Traffic()) })
	mux.HandleFunc("POST /break/{name}", func(w http.ResponseWriter, r *http.Request) {
		s.answerControl(w, r, s.Break(r.PathValue("name")))
	})
	mux.HandleFunc("POST /mend/{name}", func(w http.ResponseWriter, r *http.Request) {
		s.answerControl(w, r, s.Mend(r.PathValue("name")))
	})
	mux.HandleFunc("POST /mend", func(w http.ResponseWriter, r *http.Request) { s.answerControl(w, r, s.Mend()) })
	mux.HandleFunc("GET /favicon.ico", s.favicon)
	mux.Handle("GET /static/", http.FileServerFS(files))
	return http.NewCrossOriginProtection().Handler(mux)
}

// controlPage shows every fault as a switch.
func (s *Shop) controlPage(w http.ResponseWriter, r *http.Request) {
	var defects, noise []Defect
	for _, d := range s.Defects() {
		if d.Kind == KindDefect {
			defects = append(defects, d)
		} else {
			noise = append(noise, d)
		}
	}
	s.render(w, r, http.StatusOK, "control", view{Title: "Break the shop", Body: map[string]any{
		"Defects": defects, "Noise": noise, "Traffic": s.Traffic(),
		"Shop": s.URL(), "API": s.APIURL(), "Control": s.ControlURL(),
	}})
}

// answerControl answers a program with what is active now, and sends a person back to the page.
func (s *Shop) answerControl(w http.ResponseWriter, r *http.Request, err error) {
	if err != nil {
		status := http.StatusInternalServerError
		if _, unknown := err.(*UnknownFaultError); unknown {
			status = http.StatusNotFound
		}
		answer(w, status, apiError{err.Error()})
		return
	}
	if strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	active := []string{}
	for _, d := range s.Defects() {
		if d.Active {
			active = append(active, d.Name)
		}
	}
	answer(w, http.StatusOK, map[string][]string{"active": active})
}
