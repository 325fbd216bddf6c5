package shop

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/outrider-monitor/outrider/examples/shop/kitchen"
)

//go:embed templates static
var files embed.FS

// pages are the parsed templates by name; all but the frame and the control page share the layout.
type pages struct{ byName map[string]*template.Template }

func newPages() (*pages, error) {
	p := &pages{byName: map[string]*template.Template{}}
	for _, name := range []string{"menu", "dish", "basket", "checkout", "order", "tracking", "notice"} {
		t, err := template.ParseFS(files, "templates/layout.html", "templates/"+name+".html")
		if err != nil {
			return nil, err
		}
		p.byName[name] = t
	}
	for _, name := range []string{"frame", "control"} {
		t, err := template.ParseFS(files, "templates/"+name+".html")
		if err != nil {
			return nil, err
		}
		p.byName[name] = t
	}
	return p, nil
}

// view is what a template sees.
type view struct {
	Title     string
	Basket    kitchen.Bill
	Is        map[string]bool // the active faults
	Banner    bool            // whether the cookie banner lies over the page
	Analytics string
	Payment   string
	Origin    string
	Body      any
}

// shopRoutes is the shop as customers see it: pages, what they are made of, and the JSON API.
func (s *Shop) shopRoutes() http.Handler {
	paged := http.NewServeMux()
	paged.HandleFunc("GET /menu", s.storefront("menu", s.menuPage))
	paged.HandleFunc("GET /dishes/{slug}", s.storefront("dish", s.dishPage))
	paged.HandleFunc("GET /basket", s.page("basket", s.basketPage))
	paged.HandleFunc("GET /checkout", s.page("checkout", s.checkoutPage))
	paged.HandleFunc("GET /orders/{id}", s.page("order", s.orderPage))
	paged.HandleFunc("GET /orders/{id}/tracking", s.page("tracking", s.trackingPage))
	paged.HandleFunc("/", s.page("notice", func(*http.Request) (view, bool) { return view{}, false }))
	s.handleAPI(paged)

	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/menu", http.StatusFound))
	mux.Handle("GET /static/", s.static())
	mux.HandleFunc("GET /favicon.ico", s.favicon)
	mux.Handle("/", s.usual(paged))
	return s.traffic.count(mux)
}

// storefront is a page that page-slow (the menu) and connection-reset can spoil.
func (s *Shop) storefront(name string, make func(*http.Request) (view, bool)) http.HandlerFunc {
	page := s.page(name, make)
	return func(w http.ResponseWriter, r *http.Request) {
		if name == "menu" && s.faults.is(pageSlow) && !pause(r.Context(), slowPage) {
			return
		}
		if s.faults.is(connectionReset) {
			whole := &recorder{header: http.Header{}}
			page(whole, r)
			resetMidBody(w, r, whole.body.Bytes())
			return
		}
		page(w, r)
	}
}

// page renders what make found, or says that there is nothing; under maintenance-page no page says anything else.
func (s *Shop) page(name string, make func(*http.Request) (view, bool)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.faults.is(maintenancePage) {
			s.render(w, r, http.StatusOK, "notice", view{Title: "Back soon", Body: [2]string{
				"We are sharpening our knives", "The shop is closed for maintenance. Please come back in a little while."}})
			return
		}
		if name == "tracking" && s.faults.is(redirectLoop) {
			n, _ := strconv.Atoi(r.URL.Query().Get("try"))
			http.Redirect(w, r, fmt.Sprintf("%s?try=%d", r.URL.Path, n+1), http.StatusFound)
			return
		}
		v, ok := make(r)
		if !ok {
			s.render(w, r, http.StatusNotFound, "notice", view{Title: "Not found", Body: [2]string{
				"There is nothing on this plate", "We looked everywhere and did not find this page."}})
			return
		}
		s.render(w, r, http.StatusOK, name, v)
	}
}

// A card is a dish with the price that the storefront asks.
type card struct {
	kitchen.Dish
	Asked kitchen.Pence
}

func (s *Shop) card(d kitchen.Dish) card {
	if s.faults.is(priceOffByAPenny) {
		return card{d, d.Price + 1}
	}
	return card{d, d.Price}
}

func (s *Shop) menuPage(*http.Request) (view, bool) {
	var cards []card
	for _, d := range kitchen.Catalogue() {
		cards = append(cards, s.card(d))
	}
	return view{Title: "Menu", Body: cards}, true
}

func (s *Shop) dishPage(r *http.Request) (view, bool) {
	d, ok := kitchen.Find(r.PathValue("slug"))
	return view{Title: d.Name, Body: s.card(d)}, ok
}

func (s *Shop) basketPage(*http.Request) (view, bool) { return view{Title: "Basket"}, true }

func (s *Shop) checkoutPage(*http.Request) (view, bool) { return view{Title: "Checkout"}, true }

func (s *Shop) orderPage(r *http.Request) (view, bool) {
	found, ok := s.order(r)
	return view{Title: "Order " + found.ID, Body: found}, ok
}

// tracked is an order with its way so far.
type tracked struct {
	kitchen.Order
	Shown  string // the number on the page; not the order's under wrong-order-tracked
	Label  string
	Stages []kitchen.Stage
}

// Reached reports whether the delivery has come to a stage.
func (t tracked) Reached(i int) bool { return i <= t.at() }

// Current reports whether it is there now.
func (t tracked) Current(i int) bool { return i == t.at() }

func (t tracked) at() int {
	return slices.IndexFunc(t.Stages, func(s kitchen.Stage) bool { return s.Status == t.Status })
}

func (s *Shop) trackingPage(r *http.Request) (view, bool) {
	found, ok := s.order(r)
	if !ok {
		return view{}, false
	}
	t := tracked{Order: found, Shown: found.ID, Label: kitchen.Label(found.Status), Stages: kitchen.Stages()}
	if s.faults.is(wrongOrderTracked) {
		t.Shown = kitchen.Foreign
	}
	return view{Title: "Track order " + t.Shown, Body: t}, true
}

// render fills a template in memory first: a page is whole or it is an error.
func (s *Shop) render(w http.ResponseWriter, r *http.Request, status int, name string, v view) {
	v.Basket = s.sessions.bill(s.sessions.of(r))
	v.Is = s.faults.snapshot()
	v.Analytics = "http://" + s.analytics.Addr().String()
	v.Payment, v.Origin = s.PayURL(), "http://"+r.Host
	if _, err := r.Cookie("cookies_accepted"); err != nil {
		v.Banner = v.Is[cookieBanner]
	}
	var page bytes.Buffer
	if err := s.pages.byName[name].Execute(&page, v); err != nil {
		s.opts.Log.Error("rendering", "page", name, "error", err)
		http.Error(w, "this page could not be made", http.StatusInternalServerError)
		return
	}
	html := page.String()
	if v.Is[otherMarkup] && name != "control" {
		html = rewriteMarkup(html)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write([]byte(html)) // a client that left needs no page
}

// static serves the embedded files; the stylesheet follows the class names of other-markup.
func (s *Shop) static() http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-cache")
		if strings.HasSuffix(r.URL.Path, ".css") && s.faults.is(otherMarkup) {
			sheet, err := fs.ReadFile(files, strings.TrimPrefix(r.URL.Path, "/"))
			if err == nil {
				w.Header().Set("Content-Type", "text/css; charset=utf-8")
				w.Write([]byte(rewriteStyles(string(sheet))))
				return
			}
		}
		server.ServeHTTP(w, r)
	})
}

func (s *Shop) favicon(w http.ResponseWriter, r *http.Request) {
	if s.faults.is(favicon404) {
		http.NotFound(w, r)
		return
	}
	http.ServeFileFS(w, r, files, "static/img/favicon.svg")
}

// recorder keeps an answer instead of sending it.
type recorder struct {
	header http.Header
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(int)             {}
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }
