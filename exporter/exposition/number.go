package exposition

import (
	"bytes"
	"math"
	"strconv"

	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// bound is the end of a bucket, as it is written.
type bound struct {
	of   float64
	text string
}

// created is when a series began, as it is written.
type created struct {
	of   *timestamppb.Timestamp
	text []byte
}

// plainBelow is where Go begins to write whole numbers with an exponent.
const plainBelow = 1e6

// float writes a number; OpenMetrics wants to see that it need not be whole.
func (t *Text) float(b []byte, v float64) []byte {
	switch whole := uint64(max(0, min(v, plainBelow))); {
	case math.IsNaN(v):
		return append(b, "NaN"...)
	case math.IsInf(v, 1):
		return append(b, "+Inf"...)
	case math.IsInf(v, -1):
		return append(b, "-Inf"...)
	case float64(whole) == v && whole < plainBelow:
		b = strconv.AppendUint(b, whole, 10)
		if t.open {
			b = append(b, ".0"...)
		}
		return b
	}
	at := len(b)
	b = strconv.AppendFloat(b, v, 'g', -1, 64)
	if t.open && !bytes.ContainsAny(b[at:], "e.") {
		b = append(b, ".0"...)
	}
	return b
}

// count writes how many there are: as a whole number in OpenMetrics, as any other in Prometheus' own format.
func (t *Text) count(b []byte, n uint64) []byte {
	if t.open {
		return strconv.AppendUint(b, n, 10)
	}
	return t.float(b, float64(n))
}

// bound gives the end of a histogram's bucket. Most histograms have the same.
func (t *Text) bound(i int, of float64) string {
	for len(t.bounds) <= i {
		t.bounds = append(t.bounds, bound{math.NaN(), ""})
	}
	if t.bounds[i].of != of {
		t.bounds[i] = bound{of, string(t.float(nil, of))}
	}
	return t.bounds[i].text
}

// born writes the line that says when a series began, which only OpenMetrics has.
func (t *Text) born(name string, at *timestamppb.Timestamp) {
	if !t.open || at == nil {
		return
	}
	if t.created.of != at {
		t.created.of, t.created.text = at, t.moment(t.created.text[:0], at)
	}
	t.begin(name, "_created")
	t.b = append(append(t.b, t.created.text...), '\n')
}

func (t *Text) moment(b []byte, at *timestamppb.Timestamp) []byte {
	return t.float(b, float64(at.AsTime().UnixNano())/1e9)
}

// exemplar ends a line with the run that it counted, which only OpenMetrics has.
func (t *Text) exemplar(e *dto.Exemplar) {
	if !t.open || e == nil || len(e.Label) == 0 {
		return
	}
	t.b = append(pairsOf(append(t.b, " # "...), e.Label), "} "...)
	t.b = t.float(t.b, e.GetValue())
	if e.Timestamp != nil {
		t.b = t.moment(append(t.b, ' '), e.Timestamp)
	}
}
