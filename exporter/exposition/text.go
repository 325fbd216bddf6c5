package exposition

import (
	"fmt"
	"io"
	"math"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// piece is how much is gathered before it is written: a tenth of a millisecond's work, and what the next step may cut off.
const piece = 16 << 10

// Text writes families of counters, gauges and histograms as text. The zero value must be Reset first.
type Text struct {
	to   io.Writer
	open bool // OpenMetrics, else Prometheus' own text format
	err  error

	b []byte
	// labels are those of the metric that is written, without the brace at the end.
	labels []byte
	// bounds are those of the last histogram's buckets, as they are written.
	bounds []bound
	// moments are those when series were created, the last that was written: series of one journey share it.
	created created
}

// Reset begins a new text.
func (t *Text) Reset(to io.Writer, openMetrics bool) {
	if t.open != openMetrics {
		t.bounds = t.bounds[:0]
	}
	t.to, t.open, t.err, t.b, t.created.of = to, openMetrics, nil, t.b[:0], nil
}

// Write adds what somebody else has written in the same format.
func (t *Text) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.spill()
	return len(p), t.err
}

// Flush writes what is gathered.
func (t *Text) Flush() error {
	if t.err == nil && len(t.b) > 0 {
		_, t.err = t.to.Write(t.b)
	}
	t.b = t.b[:0]
	return t.err
}

func (t *Text) spill() {
	if len(t.b) >= piece {
		_ = t.Flush() // what goes wrong is kept
	}
}

// Family adds a family. The error is that of who takes the text, or names what cannot be written.
func (t *Text) Family(f *dto.MetricFamily) error {
	name, kind := f.GetName(), f.GetType()
	t.head(name, f.GetHelp(), kind)
	for _, m := range f.Metric {
		switch {
		case kind == dto.MetricType_COUNTER && m.Counter != nil:
			t.counter(name, m)
		case kind == dto.MetricType_GAUGE && m.Gauge != nil:
			t.label(m.Label)
			t.begin(name, "")
			t.b = append(t.float(t.b, m.Gauge.GetValue()), '\n')
		case kind == dto.MetricType_HISTOGRAM && m.Histogram != nil:
			t.histogram(name, m)
		default:
			return fmt.Errorf("writing %q: a metric that is no %s", name, kind)
		}
		if t.spill(); t.err != nil {
			return t.err
		}
	}
	return nil
}

// head says what a family is.
func (t *Text) head(name, help string, kind dto.MetricType) {
	written := strings.ToLower(kind.String())
	if t.open && kind == dto.MetricType_COUNTER {
		base, ok := strings.CutSuffix(name, total)
		if name = base; !ok {
			written = "unknown"
		}
	}
	t.b = append(append(append(t.b, "# HELP "...), name...), ' ')
	t.b = escape(t.b, help, t.open)
	t.b = append(append(append(t.b, "\n# TYPE "...), name...), ' ')
	t.b = append(append(t.b, written...), '\n')
}

const total = "_total"

func (t *Text) counter(name string, m *dto.Metric) {
	t.label(m.Label)
	t.begin(name, "")
	t.b = t.float(t.b, m.Counter.GetValue())
	t.exemplar(m.Counter.Exemplar)
	t.b = append(t.b, '\n')
	t.born(strings.TrimSuffix(name, total), m.Counter.CreatedTimestamp)
}

func (t *Text) histogram(name string, m *dto.Metric) {
	t.label(m.Label)
	h := m.Histogram
	all := false
	for i, b := range h.Bucket {
		all = all || math.IsInf(b.GetUpperBound(), 1)
		t.bucket(name, t.bound(i, b.GetUpperBound()), b.GetCumulativeCount())
		t.exemplar(b.Exemplar)
		t.b = append(t.b, '\n')
	}
	if !all {
		t.bucket(name, "+Inf", h.GetSampleCount())
		t.b = append(t.b, '\n')
	}
	t.begin(name, "_sum")
	t.b = append(t.float(t.b, h.GetSampleSum()), '\n')
	t.begin(name, "_count")
	t.b = append(t.count(t.b, h.GetSampleCount()), '\n')
	t.born(name, h.CreatedTimestamp)
}

// bucket writes one up to the end of its value.
func (t *Text) bucket(name, bound string, below uint64) {
	t.b = append(append(t.b, name...), "_bucket"...)
	if len(t.labels) > 0 {
		t.b = append(append(t.b, t.labels...), `,le="`...)
	} else {
		t.b = append(t.b, `{le="`...)
	}
	t.b = append(append(t.b, bound...), `"} `...)
	t.b = t.count(t.b, below)
}

// begin writes a line up to its value.
func (t *Text) begin(name, suffix string) {
	t.b = append(append(t.b, name...), suffix...)
	if len(t.labels) > 0 {
		t.b = append(append(t.b, t.labels...), '}')
	}
	t.b = append(t.b, ' ')
}

// label writes a metric's labels for all its lines.
func (t *Text) label(pairs []*dto.LabelPair) { t.labels = pairsOf(t.labels[:0], pairs) }

// pairsOf writes labels without the brace at the end; none are nothing.
func pairsOf(b []byte, pairs []*dto.LabelPair) []byte {
	before := byte('{')
	for _, p := range pairs {
		b = append(append(append(b, before), p.GetName()...), `="`...)
		b = append(escape(b, p.GetValue(), true), '"')
		before = ','
	}
	return b
}

// escape writes a text of people's; quotes stand in it as they are where none is around it.
func escape(b []byte, text string, quotes bool) []byte {
	from := 0
	for i := range len(text) {
		switch c := text[i]; {
		case c == '\\', c == '"' && quotes:
			b = append(append(b, text[from:i]...), '\\', c)
			from = i + 1
		case c == '\n':
			b = append(append(b, text[from:i]...), `\n`...)
			from = i + 1
		}
	}
	return append(b, text[from:]...)
}
