package exporter

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/outrider-monitor/outrider/exporter/exposition"
)

// scrapes answers what Prometheus asks. Text, which is what it asks for unless it was told to keep native histograms, is
// written by ourselves; whatever else may be asked for, by the client library.
type scrapes struct {
	exporter *Exporter
	others   *prometheus.Registry
	library  http.Handler
	places   chan struct{}
	// texts are those that scrapes have used, for the next ones.
	texts sync.Pool
}

func (s *scrapes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		http.Error(w, fmt.Sprintf("%d scrapes are on their way already, try again later.", scrapesAtATime), http.StatusServiceUnavailable)
		return
	}
	format := expfmt.NegotiateAccept(r.Header, expfmt.DefaultOpenMetricsAcceptedFormats()...)
	kind := format.FormatType()
	var others []*dto.MetricFamily
	own := (kind == expfmt.TypeOpenMetrics || kind == expfmt.TypeTextPlain) && !r.URL.Query().Has("name[]")
	if own {
		var err error
		others, err = s.others.Gather()
		own = err == nil // else the library says what is wrong
	}
	if !own {
		s.library.ServeHTTP(&yielding{w, newPace()}, r)
		return
	}
	w.Header().Add("Vary", "Accept")
	w.Header().Set("Content-Type", string(format))
	ours, done, _ := s.exporter.Gather() // it never fails
	defer done()
	text, _ := s.texts.Get().(*exposition.Text)
	if text == nil {
		text = &exposition.Text{}
	}
	defer s.texts.Put(text)
	text.Reset(&yielding{w, newPace()}, kind == expfmt.TypeOpenMetrics)
	// What goes wrong is that nobody reads on.
	_ = write(text, expfmt.NewEncoder(text, format, expfmt.WithCreatedLines()), ours, others)
	text.Reset(nil, kind == expfmt.TypeOpenMetrics)
}

// write writes all families in the order of their names: ours as text, the others by the library, which knows what may be in
// them.
func write(text *exposition.Text, library expfmt.Encoder, ours, others []*dto.MetricFamily) error {
	for len(ours) > 0 || len(others) > 0 {
		if len(others) == 0 || len(ours) > 0 && ours[0].GetName() < others[0].GetName() {
			if err := text.Family(ours[0]); err != nil {
				return err
			}
			ours = ours[1:]
			continue
		}
		if err := library.Encode(others[0]); err != nil {
			return err
		}
		others = others[1:]
	}
	if end, ok := library.(expfmt.Closer); ok { // OpenMetrics has a line that says so
		if err := end.Close(); err != nil {
			return err
		}
	}
	return text.Flush()
}

// yielding is an answer that is written at a pace.
type yielding struct {
	http.ResponseWriter
	pace *pace
}

func (y *yielding) Write(b []byte) (int, error) {
	y.pace.rest()
	return y.ResponseWriter.Write(b)
}
