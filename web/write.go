package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
)

// Actions is what may be changed from the pages and over the API.
type Actions interface {
	// Allowed reports whether whoever sent the request may change anything.
	Allowed(r *http.Request) bool
	// Acknowledge notes that somebody looks after an open incident. An incident that has ended is ErrEnded, one that
	// never was history.ErrNotFound.
	Acknowledge(ctx context.Context, incident string, a incidents.Acknowledgement) error
	// Maintenance gives the windows that are open at a time or will be, the first one first.
	Maintenance(at time.Time) []maintenance.Window
	// StartMaintenance orders a window and gives it with its id; EndMaintenance ends one that was ordered. The errors are
	// *Refusal, ErrEnded and history.ErrNotFound.
	StartMaintenance(ctx context.Context, w maintenance.Window) (maintenance.Window, error)
	EndMaintenance(ctx context.Context, id string, at time.Time) (maintenance.Window, error)
	// Deploy records a deploy and gives it with its id; with run it runs the journeys that are tagged with the service,
	// and waits for them as long as ctx lasts.
	Deploy(ctx context.Context, d incidents.Deploy, run bool) (incidents.Deploy, []DeployRun, error)
	// Drill lets an incident of a journey open and close that is none, and waits for its pagers as long as ctx lasts.
	Drill(ctx context.Context, journey string, ask DrillRequest) (Drill, error)
}

// Refusal is a request that cannot be meant so. Hint may be empty.
type Refusal struct{ Words, Hint string }

func (e *Refusal) Error() string {
	if e.Hint == "" {
		return e.Words
	}
	return e.Words + " (" + e.Hint + ")"
}

// ErrEnded says that there is nothing left to act on.
var ErrEnded = errors.New("it has ended already")

// NotAllowed says who may change something.
const NotAllowed = "this can be asked for on this machine only, unless web_config says who may come from elsewhere"

// mostBody bounds what a request may bring.
const mostBody = 64 << 10

// writeRoutes are the addresses that change something.
func (s *site) writeRoutes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /incidents/{id}/acknowledge", s.doing(s.acknowledgeForm))
	mux.HandleFunc("POST /api/v1/incidents/{id}/acknowledge", s.answering(s.apiAcknowledge))
	mux.HandleFunc("POST /api/v1/deploys", s.answering(s.apiDeploy))
	mux.HandleFunc("POST /api/v1/journeys/{name}/drill", s.answering(s.apiDrill))
	mux.HandleFunc("POST /maintenance", s.doing(s.maintenanceForm))
	mux.HandleFunc("POST /maintenance/{id}/end", s.doing(s.maintenanceEndForm))
	mux.HandleFunc("POST /api/v1/maintenance", s.answering(s.apiStartMaintenance))
	mux.HandleFunc("POST /api/v1/maintenance/{id}/end", s.answering(s.apiEndMaintenance))
	return mux
}

// write lets a request change something, if it may: no other site's page asked for it, and Actions allows it.
func (s *site) write(w http.ResponseWriter, r *http.Request) {
	err := http.NewCrossOriginProtection().Check(r)
	switch {
	case err != nil:
		http.Error(w, "another site's page cannot ask for this", http.StatusForbidden)
	case !s.o.Actions.Allowed(r):
		http.Error(w, NotAllowed, http.StatusForbidden)
	default:
		r.Body = http.MaxBytesReader(w, r.Body, mostBody)
		s.writes.ServeHTTP(w, r)
	}
}

// changes reports whether a request asks for a change that there is.
func (s *site) changes(r *http.Request) bool {
	if s.o.Actions == nil || r.Method != http.MethodPost {
		return false
	}
	_, pattern := s.writes.Handler(s.stripped(r))
	return pattern != ""
}

// doing answers a form: with the page that shows what came of it.
func (s *site) doing(do func(r *http.Request) (next string, err error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			http.Error(w, "the form cannot be read", http.StatusBadRequest)
			return
		}
		next, err := do(r)
		if err != nil {
			status, words := s.explain(r, err)
			http.Error(w, words, status)
			return
		}
		http.Redirect(w, r, next, http.StatusSeeOther)
	}
}

// explain gives an error its status and its words.
func (s *site) explain(r *http.Request, err error) (int, string) {
	var bad *badRequest
	var no *Refusal
	switch {
	case errors.As(err, &bad):
		return http.StatusBadRequest, bad.Error()
	case errors.As(err, &no):
		return http.StatusBadRequest, no.Error()
	case errors.Is(err, history.ErrNotFound):
		return http.StatusNotFound, err.Error()
	case errors.Is(err, ErrEnded):
		return http.StatusConflict, err.Error()
	case errors.Is(err, history.ErrUnavailable):
		return http.StatusServiceUnavailable, "it could not be stored; the monitor's log says why. Nothing was changed"
	}
	s.o.Log.Error("a question cannot be answered", "path", r.URL.Path, "error", err)
	return http.StatusInternalServerError, "this could not be done; the monitor's log says why"
}

func (s *site) acknowledgeForm(r *http.Request) (string, error) {
	id := r.PathValue("id")
	err := s.acknowledge(r, r.PostForm.Get("by"), "web")
	if errors.Is(err, ErrEnded) {
		err = nil // the page says so
	}
	return s.link("incidents", id), err
}

func (s *site) apiAcknowledge(r *http.Request) (any, error) {
	var ask struct {
		By string `json:"by"`
	}
	if err := readJSON(r, &ask); err != nil {
		return nil, err
	}
	if err := s.acknowledge(r, ask.By, "api"); err != nil {
		return nil, err
	}
	return s.apiIncident(r)
}

func (s *site) acknowledge(r *http.Request, by, via string) error {
	a := incidents.Acknowledgement{At: s.o.Now().UTC(), By: who(r, by), Via: via}
	return s.o.Actions.Acknowledge(r.Context(), r.PathValue("id"), a)
}

// who is the name that somebody gave, or that they logged in with.
func who(r *http.Request, name string) string {
	if user, _, ok := r.BasicAuth(); ok && strings.TrimSpace(name) == "" {
		name = user
	}
	return oneLine(name, 80)
}

// oneLine makes a short line of what somebody typed.
func oneLine(text string, most int) string {
	text = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(text, ""), func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most])
	}
	return text
}

// readJSON reads the body of a request; an empty one says nothing.
func readJSON(r *http.Request, into any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return &badRequest{fmt.Sprintf("the body is no JSON that is understood here: %v", err)}
	}
	return nil
}
