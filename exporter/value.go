package exporter

import (
	dto "github.com/prometheus/client_model/go"
	"google.golang.org/protobuf/proto"
)

// Label pairs are made once and shared by all series that bear them: five thousand journeys have some
// two hundred thousand series, and vectors that copy every pair would cost hundreds of megabytes.

// pair makes a label.
func pair(name, value string) *dto.LabelPair {
	return &dto.LabelPair{Name: proto.String(name), Value: proto.String(value)}
}

// value is a gauge that may not be known yet; an unknown one is absent, not 0.
type value struct {
	v     float64
	known bool
}

func known(v float64) value { return value{v: v, known: true} }
