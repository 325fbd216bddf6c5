package cwfake

import (
	"math"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// The limits of PutMetricData, from its API reference.
const (
	mostMetrics    = 1000
	mostValues     = 150
	mostDimensions = 30
	mostText       = 1024
	oldest         = 14 * 24 * time.Hour
	newest         = 2 * time.Hour
	largest        = 0x1p360
)

// metric is one name with its dimensions.
type metric struct {
	namespace, name, unit string
	dimensions            map[string]string
	values                []Value
}

// Value is a value that was put, and how often.
type Value struct {
	At     time.Time
	Value  float64
	Count  float64
	Second bool // high resolution
}

// Metric is what is known of one metric.
type Metric struct {
	Namespace, Name, Unit string
	Dimensions            map[string]string
	Values                []Value
}

// Metrics gives every metric, sorted by its name and dimensions.
func (s *Server) Metrics() []Metric {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]string, 0, len(s.metrics))
	for k := range s.metrics {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	all := make([]Metric, len(keys))
	for i, k := range keys {
		m := s.metrics[k]
		all[i] = Metric{m.namespace, m.name, m.unit, m.dimensions, slices.Clone(m.values)}
	}
	return all
}

func keyOf(namespace, name string, dimensions map[string]string) string {
	parts := []string{namespace, name}
	for k, v := range dimensions {
		parts = append(parts, k+"="+v)
	}
	sort.Strings(parts[2:])
	return strings.Join(parts, "\x00")
}

func (s *Server) putMetricData(in cbor.Map) (cbor.Map, error) {
	namespace := text(in, "Namespace")
	data := list(in, "MetricData")
	switch {
	case namespace == "":
		return nil, missing("Namespace")
	case strings.HasPrefix(namespace, ":") || strings.HasPrefix(namespace, "AWS/"):
		return nil, invalid("The value %s for parameter Namespace is invalid.", namespace)
	case len(data) == 0:
		return nil, missing("MetricData")
	case len(data) > mostMetrics:
		return nil, invalid("The collection MetricData must not have a size greater than %d.", mostMetrics)
	}
	parsed := make([]*metric, len(data))
	for i, d := range data {
		m, err := s.datum(namespace, d)
		if err != nil {
			return nil, err
		}
		parsed[i] = m
	}
	for _, m := range parsed { // all of a request, or nothing
		key := keyOf(m.namespace, m.name, m.dimensions)
		if known := s.metrics[key]; known != nil {
			known.values = append(known.values, m.values...)
			continue
		}
		s.metrics[key] = m
	}
	return cbor.Map{}, nil
}

func missing(parameter string) error {
	return &Fault{http.StatusBadRequest, "MissingParameter", "The parameter " + parameter + " is required."}
}

func (s *Server) datum(namespace string, d cbor.Map) (*metric, error) {
	m := &metric{namespace: namespace, name: text(d, "MetricName"), unit: text(d, "Unit")}
	if m.name == "" || len(m.name) > 255 {
		return nil, invalid("The value %q for parameter MetricName is invalid.", m.name)
	}
	var err error
	if m.dimensions, err = dimensionsOf(d); err != nil {
		return nil, err
	}
	at, ok := moment(d, "Timestamp")
	now := s.o.Now()
	if !ok {
		at = now
	}
	if now.Sub(at) > oldest || at.Sub(now) > newest {
		return nil, invalid("The parameter MetricData.member.Timestamp must specify a time no more than two weeks in the past and no more than two hours in the future: %s", at)
	}
	resolution := integer(d, "StorageResolution", 60)
	if resolution != 1 && resolution != 60 {
		return nil, invalid("The parameter StorageResolution must be 1 or 60.")
	}
	values, counts := numbers(d, "Values"), numbers(d, "Counts")
	if v, ok := number(d, "Value"); ok {
		if len(values) > 0 {
			return nil, &Fault{http.StatusBadRequest, "InvalidParameterCombination", "Value and Values are mutually exclusive."}
		}
		values = []float64{v}
	}
	switch {
	case len(values) == 0:
		return nil, missing("MetricData.member.Value")
	case len(values) > mostValues:
		return nil, invalid("The collection Values must not have a size greater than %d.", mostValues)
	case len(counts) > 0 && len(counts) != len(values):
		return nil, invalid("The collections Values and Counts must have the same size.")
	}
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > largest {
			return nil, invalid("The value %g for parameter MetricData.member.Value is invalid.", v)
		}
		count := 1.0
		if len(counts) > 0 {
			count = counts[i]
		}
		m.values = append(m.values, Value{at.UTC(), v, count, resolution == 1})
	}
	return m, nil
}

func dimensionsOf(d cbor.Map) (map[string]string, error) {
	all := map[string]string{}
	for _, one := range list(d, "Dimensions") {
		name, value := text(one, "Name"), text(one, "Value")
		if name == "" || len(name) > 255 || value == "" || len(value) > mostText || strings.TrimSpace(value) == "" {
			return nil, invalid("The dimension %q with the value %q is invalid.", name, value)
		}
		all[name] = value
	}
	if len(all) > mostDimensions {
		return nil, invalid("The collection Dimensions must not have a size greater than %d.", mostDimensions)
	}
	return all, nil
}
