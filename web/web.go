package web

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/history"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/incidents/maintenance"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
)

// Store is what the pages need of history.Store.
type Store interface {
	State(journey string) incidents.State
	States() map[string]incidents.State
	Monitor() incidents.State
	Recent(ctx context.Context, journey string, limit int) ([]history.RunSummary, error)
	Between(ctx context.Context, journey string, from, to time.Time, limit int) ([]history.RunSummary, error)
	Run(ctx context.Context, id string) (probes.Result, error)
	OpenIncidents() []incidents.Incident
	Incidents(ctx context.Context, limit int) ([]incidents.Incident, error)
	IncidentsOf(ctx context.Context, subject string, limit int) ([]incidents.Incident, error)
	Incident(ctx context.Context, id string) (incidents.Incident, error)
	Deliveries(ctx context.Context, incident string) ([]history.DeliveryRecord, error)
	Events(ctx context.Context, incident string) ([]history.EventRecord, error)
	Deploys() []incidents.Deploy
	Backlog(ctx context.Context) (waiting int, oldest time.Time, err error)
	OpenArtifact(ctx context.Context, runID, name string) (*history.Artifact, error)
}

// Watched is the configuration that is in use at one moment.
type Watched struct {
	Deployment, Location string
	// TraceURL is where people look at a trace, by its id; nil, or an empty answer: nobody knows.
	TraceURL func(id string) string
	// Journeys are shown in this order.
	Journeys []Journey
	// ReloadProblem says why the last reload was refused; empty if it was not.
	ReloadProblem string
}

// Journey is a journey with what the configuration adds to its file.
type Journey struct {
	*journeys.Journey
	// Schedule, Policy and Confirm have all defaults applied.
	Schedule journeys.Schedule
	Policy   incidents.Policy
	Confirm  int
	// Timeout bounds one attempt, defaults applied.
	Timeout time.Duration
	// Next is when it is due next, Previous the last time it was due. Zero if not known; without Previous, that a
	// journey with a cron schedule has stopped running is not noticed.
	Next, Previous time.Time
	// Maintenance is the window that it is in, or nil.
	Maintenance *maintenance.Window
	// Pagers are who hears of its incidents at this hour, Ladder who else does if nobody acknowledges them.
	Pagers []string
	Ladder []incidents.Rung
	// Reproduce is the command that runs it once on a terminal. May be empty.
	Reproduce string
}

// Options say what to show. Store and Watched must be set.
type Options struct {
	Store Store
	// Watched gives the configuration in use. It is called for each request.
	Watched func() Watched
	// Actions is what may be changed from here. Nil: everything can only be read.
	Actions Actions
	// ExternalURL is how people reach the pages. Its path, if it has one, starts every link; requests are answered
	// with and without it, so that a proxy may strip it or not.
	ExternalURL string
	// Refresh is how often an open page looks for news. Zero: 10s.
	Refresh time.Duration
	// Version is shown in the footer. May be empty.
	Version string
	// Log hears of what could not be shown. Nil: nobody.
	Log *slog.Logger
	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// site is the handler that New makes.
type site struct {
	o      Options
	prefix string
	pages  map[string]*template.Template
	assets assets
	writes *http.ServeMux
}

// New makes the handler of the pages and of the JSON API. What changes something is a POST, and only with Actions.
func New(o Options) (http.Handler, error) {
	if o.Store == nil || o.Watched == nil {
		return nil, errors.New("the pages need a store and a configuration")
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Refresh <= 0 {
		o.Refresh = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	base, err := url.Parse(o.ExternalURL)
	if err != nil {
		return nil, fmt.Errorf("reading the external URL %q: %w", o.ExternalURL, err)
	}
	s := &site{o: o, prefix: strings.TrimRight(base.EscapedPath(), "/")}
	if s.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("loading the style sheet: %w", err)
	}
	if s.pages, err = s.parseTemplates(); err != nil {
		return nil, fmt.Errorf("loading the pages: %w", err)
	}
	s.writes = s.writeRoutes()
	return s.guard(s.routes()), nil
}

// routes are all addresses. Paths of runs, incidents and artifacts are those that pages (paging.Composer) link to.
func (s *site) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showing(s.overview))
	mux.HandleFunc("GET /journeys/{name}", s.showing(s.journey))
	mux.HandleFunc("GET /runs/{id}", s.showing(s.run))
	mux.HandleFunc("GET /runs/{id}/artifacts/{name}", s.artifact)
	mux.HandleFunc("GET /incidents", s.showing(s.incidents))
	mux.HandleFunc("GET /incidents/{id}", s.showing(s.incident))
	mux.HandleFunc("GET /maintenance", s.showing(s.maintenancePage))
	mux.HandleFunc("GET /static/{name}", s.asset)
	mux.HandleFunc("GET /favicon.ico", s.favicon)
	mux.HandleFunc("GET /journeys", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.prefix+"/", http.StatusFound)
	})

	mux.HandleFunc("GET /api/v1/journeys", s.answering(s.apiJourneys))
	mux.HandleFunc("GET /api/v1/journeys/{name}/runs", s.answering(s.apiRuns))
	mux.HandleFunc("GET /api/v1/runs/{id}", s.answering(s.apiRun))
	mux.HandleFunc("GET /api/v1/deploys", s.answering(s.apiDeploys))
	mux.HandleFunc("GET /api/v1/maintenance", s.answering(s.apiMaintenance))
	mux.HandleFunc("GET /api/v1/incidents", s.answering(s.apiIncidents))
	mux.HandleFunc("GET /api/v1/incidents/{id}", s.answering(s.apiIncident))
	mux.HandleFunc("GET /api/", s.answering(s.apiNothing))

	mux.HandleFunc("GET /", s.showing(s.nothing))
	return mux
}

// guard lets readers in, and to what changes something those who may; it tells browsers how little the pages need.
func (s *site) guard(next http.Handler) http.Handler {
	write := http.Handler(http.HandlerFunc(s.write))
	if s.prefix != "" {
		next, write = s.stripPrefix(next), s.stripPrefix(write)
	}
	forms := "'none'"
	if s.o.Actions != nil {
		forms = "'self'"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		// Nothing inline runs or styles: what a page under test wrote stays text, whatever it is.
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "+
			"connect-src 'self'; base-uri 'none'; form-action "+forms+"; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-cache")
		if s.changes(r) {
			write.ServeHTTP(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			http.Error(w, "these pages can only be read", http.StatusMethodNotAllowed)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// stripPrefix answers requests whose path still has the prefix of the external URL as if it had not.
func (s *site) stripPrefix(next http.Handler) http.Handler {
	stripped := http.StripPrefix(s.prefix, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch path := r.URL.EscapedPath(); {
		case path == s.prefix:
			http.Redirect(w, r, s.prefix+"/", http.StatusMovedPermanently)
		case strings.HasPrefix(path, s.prefix+"/"):
			stripped.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// stripped is the request without the prefix of the external URL, to look up what it means.
func (s *site) stripped(r *http.Request) *http.Request {
	if s.prefix == "" || !strings.HasPrefix(r.URL.Path, s.prefix+"/") {
		return r
	}
	bare := r.Clone(r.Context())
	bare.URL.Path, bare.URL.RawPath = strings.TrimPrefix(r.URL.Path, s.prefix), ""
	return bare
}

// link is the address of one of our own pages. Each part is one segment of the path.
func (s *site) link(parts ...string) string {
	var b strings.Builder
	b.WriteString(s.prefix)
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(p))
	}
	return b.String()
}
