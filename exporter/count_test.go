package exporter_test

import (
	"bufio"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/outrider-monitor/outrider/exporter"
	"github.com/outrider-monitor/outrider/incidents"
	"github.com/outrider-monitor/outrider/journeys"
)

func TestTheSeriesThatAreForetoldAreThoseThatAreScraped(t *testing.T) {
	foretold, err := exporter.CountSeries([]journeys.Journey{checkout()}, nil)
	if err != nil {
		t.Fatal(err)
	}
	j := checkout()
	e, reg := start(t, j)
	r := passed()
	r.Attempts[0].Steps[1].HTTP.Connect, r.Attempts[0].Steps[1].HTTP.TLS, r.Attempts[0].Steps[1].HTTP.Transfer = 1, 1, 1
	e.Observe(&j, &r, incidents.State{})
	e.NextRun(j.Name, noon)
	w := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	scraped := 0
	for s := bufio.NewScanner(w.Body); s.Scan(); {
		if !strings.HasPrefix(s.Text(), "#") && s.Text() != "" {
			scraped++
		}
	}
	// The store's and the browser's numbers are there only where there is a store and a browser.
	if diff := scraped - foretold; diff < 0 || diff > 3 {
		t.Errorf("foretold %d series, scraped %d", foretold, scraped)
	}
	two := checkout()
	two.Name = "again"
	if both, _ := exporter.CountSeries([]journeys.Journey{checkout(), two}, nil); both <= foretold {
		t.Errorf("a second journey makes %d of %d", both, foretold)
	}
}
