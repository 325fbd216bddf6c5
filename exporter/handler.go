package exporter

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const (
	// scrapesAtATime bounds the memory that scrapes can take: more than that many at a time are refused.
	scrapesAtATime = 8
	// scrapeEnds is when a scrape that nobody reads loses its place. Prometheus asks at least every minute or two.
	scrapeEnds = time.Minute
)

// Handler serves what the Exporter knows, beside what is registered in others, in whichever of Prometheus' formats is asked
// for. The names in others must be different ones.
func (e *Exporter) Handler(others *prometheus.Registry) (http.Handler, error) {
	// The client library's own compression takes as long as all the rest. The quickest level of this one takes a tenth of
	// that and makes a scrape more than twenty times smaller, too.
	compress, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed), gzhttp.ContentTypeFilter(func(string) bool { return true }))
	if err != nil {
		return nil, fmt.Errorf("preparing the compression of metrics: %w", err)
	}
	s := &scrapes{exporter: e, others: others, places: make(chan struct{}, scrapesAtATime)}
	s.library = promhttp.HandlerForTransactional(prometheus.NewMultiTRegistry(prometheus.ToTransactionalGatherer(others), e), promhttp.HandlerOpts{
		EnableOpenMetrics: true, EnableOpenMetricsTextCreatedSamples: true, Registry: others, DisableCompression: true,
	})
	served := promhttp.InstrumentMetricHandler(others, compress(s))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// What cannot be told when to end, such as a test's recorder, is in nobody's way.
		end := http.NewResponseController(w)
		_ = end.SetWriteDeadline(time.Now().Add(scrapeEnds))
		defer func() { _ = end.SetWriteDeadline(time.Time{}) }() // the connection is kept, for other pages too
		served.ServeHTTP(w, r)
	}), nil
}
