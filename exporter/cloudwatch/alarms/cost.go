package alarms

import (
	"fmt"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch"
)

// The price table: list prices in us-east-1, first tier, without the free tier.
const (
	pricesOf       = "January 2025"
	priceMetric    = 0.30 // a custom metric a month
	priceAlarm     = 0.10 // a metric of an alarm of standard resolution a month
	priceComposite = 0.50 // a composite alarm a month
	priceDashboard = 3.00 // a dashboard a month; muting costs nothing
)

// metricsOfAJourney is how many metrics a journey at one location has: four, with their location and without.
const metricsOfAJourney = 8

// Cost is about what the metrics and alarms of a configuration cost a month, in US dollars.
type Cost struct {
	Metrics, Alarms, Composites, Dashboards int
}

// CostOf counts what is paid for. steps is the number of steps whose durations are published. A metric that only some
// journeys have is known by its alarm.
func CostOf(journeys, steps int, set Set) Cost {
	c := Cost{Metrics: journeys*metricsOfAJourney + steps}
	wanted := set.Alarms
	if set.Dashboard != nil {
		c.Dashboards = 1
	}
	for i := range wanted {
		switch wanted[i].Metric {
		case cloudwatch.Degraded, cloudwatch.CertificateDays:
			c.Metrics++
		}
		if wanted[i].Composite() {
			c.Composites++
		} else {
			c.Alarms++
		}
	}
	return c
}

// Dollars is the sum for a month.
func (c Cost) Dollars() float64 {
	return float64(c.Metrics)*priceMetric + float64(c.Alarms)*priceAlarm + float64(c.Composites)*priceComposite + float64(c.Dashboards)*priceDashboard
}

// String says what is paid for, how much it is about, and by which prices.
func (c Cost) String() string {
	board := ""
	if c.Dashboards > 0 {
		board = " and a dashboard"
	}
	return fmt.Sprintf("%d metrics, %d alarms and %d composite alarms%s: about $%.2f a month at one location (list prices of us-east-1, %s)",
		c.Metrics, c.Alarms, c.Composites, board, c.Dollars(), pricesOf)
}
