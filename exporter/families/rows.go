package families

import (
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// Timestamp is a moment as the exposition formats want it.
type Timestamp = *timestamppb.Timestamp

// pieceSize is how many rows are made at a time: enough to cost little, few enough that a small exporter stays small.
const pieceSize = 256

// rows are of one kind. They never move, for the metrics point into them, and are used again in the same order.
type rows[T any] struct {
	pieces [][]T
	used   int
}

// next is a row as its last user left it.
func (r *rows[T]) next() *T {
	piece, at := r.used/pieceSize, r.used%pieceSize
	if piece == len(r.pieces) {
		r.pieces = append(r.pieces, make([]T, pieceSize))
	}
	r.used++
	return &r.pieces[piece][at]
}

// gauge and counter have all that a metric consists of in one place.
type gauge struct {
	metric dto.Metric
	gauge  dto.Gauge
	value  float64
	labels labels
}

type counter struct {
	metric  dto.Metric
	counter dto.Counter
	value   float64
	labels  labels
}

// labels has room for those that our metrics have. The pairs themselves are shared by all series that bear them.
type labels [5]*dto.LabelPair

// join puts labels in the order that the formats want, that of their names.
func (l *labels) join(base, own []*dto.LabelPair) []*dto.LabelPair {
	all := append(append(l[:0], base...), own...)
	// A handful, mostly in order: sort.Slice costs more than it saves here.
	for i := 1; i < len(all); i++ {
		for j := i; j > 0 && *all[j].Name < *all[j-1].Name; j-- {
			all[j], all[j-1] = all[j-1], all[j]
		}
	}
	return all
}

// exemplar is a run's trace as the formats want it.
type exemplar struct {
	exemplar    dto.Exemplar
	label       dto.LabelPair
	labels      [1]*dto.LabelPair
	name, trace string
	value       float64
	at          timestamppb.Timestamp
}

// Exemplar makes an exemplar with one label; ms are milliseconds since 1970.
func (s *Set) Exemplar(name, trace string, value float64, ms int64) *dto.Exemplar {
	e := s.exemplars.next()
	e.name, e.trace, e.value = name, trace, value
	e.at.Seconds, e.at.Nanos = ms/1000, int32(ms%1000)*1e6
	e.label.Name, e.label.Value, e.labels[0] = &e.name, &e.trace, &e.label
	e.exemplar.Label, e.exemplar.Value, e.exemplar.Timestamp = e.labels[:], &e.value, &e.at
	return &e.exemplar
}
