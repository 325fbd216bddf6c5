package web_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
)

// The overview is looked at every ten seconds by everybody who has it open: with three journeys, and with as many as
// one monitor is meant to run.
func BenchmarkOverview(b *testing.B) {
	for _, n := range []int{3, 5000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := empty(b)
			first := w.watched.Journeys[0]
			w.watched.Journeys = nil
			for i := range n {
				one := first
				one.Journey = &journeys.Journey{Name: fmt.Sprintf("journey-%d", i)}
				w.watched.Journeys = append(w.watched.Journeys, one)
				if i < 100 {
					for k := range 40 {
						r := browse(i*40+k, w.now)
						r.Journey = one.Name
						if err := w.add(r); err != nil {
							b.Fatal(err)
						}
					}
				}
			}
			for b.Loop() {
				if rec := w.get(b, "/"); rec.Code != http.StatusOK {
					b.Fatal(rec.Code)
				}
			}
		})
	}
}
