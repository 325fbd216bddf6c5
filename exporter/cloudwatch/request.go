package cloudwatch

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The limits of PutMetricData: metrics in a request, and bytes of its body before it is compressed, with some room.
const (
	mostMetrics = 1000
	mostBytes   = 900 << 10
)

// batches cuts datapoints into what fits into a request each.
func batches(points []datapoint) [][]datapoint {
	var all [][]datapoint
	first, size := 0, 0
	for i := range points {
		n := points[i].size()
		if i-first == mostMetrics || size+n > mostBytes && i > first {
			all = append(all, points[first:i])
			first, size = i, 0
		}
		size += n
	}
	if first < len(points) {
		all = append(all, points[first:])
	}
	return all
}

// size is at least what the datapoint takes in a request: names of fields, texts, and nine bytes for each number.
func (p *datapoint) size() int {
	return 160 + len(p.Metric) + len(p.Journey) + len(p.Location) + len(p.Step) + 18*len(p.Values)
}

// request makes the call of a batch.
func request(namespace string, points []datapoint) *cloudwatch.PutMetricDataInput {
	in := &cloudwatch.PutMetricDataInput{Namespace: aws.String(namespace), MetricData: make([]types.MetricDatum, len(points))}
	for i := range points {
		in.MetricData[i] = points[i].datum()
	}
	return in
}

func (p *datapoint) datum() types.MetricDatum {
	d := types.MetricDatum{
		MetricName: aws.String(p.Metric), Dimensions: p.dimensions(), Timestamp: aws.Time(time.Unix(p.At, 0).UTC()),
		Values: p.Values, Counts: p.Counts, Unit: unitOf(p.Metric),
	}
	if p.Fine {
		d.StorageResolution = aws.Int32(1)
	}
	return d
}

func (p *datapoint) dimensions() []types.Dimension {
	all := []types.Dimension{{Name: aws.String("Journey"), Value: aws.String(p.Journey)}}
	if p.Location != "" {
		all = append(all, types.Dimension{Name: aws.String("Location"), Value: aws.String(p.Location)})
	}
	if p.Step != "" {
		all = append(all, types.Dimension{Name: aws.String("Step"), Value: aws.String(p.Step)})
	}
	return all
}

func unitOf(metric string) types.StandardUnit {
	switch metric {
	case SuccessPercent:
		return types.StandardUnitPercent
	case Duration, StepDuration:
		return types.StandardUnitMilliseconds
	}
	return types.StandardUnitCount
}
