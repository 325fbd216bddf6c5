package browserbench

import (
	"context"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
)

// BenchmarkEvidence runs the passing journey in turn with no evidence, with what a journey that says nothing leaves
// (which is prepared for and then not needed), with a portrait taken of each run instead of one each quarter of an
// hour, and with evidence always; and reports what each costs of the first.
func BenchmarkEvidence(b *testing.B) {
	at := startShop(b)
	first := startOutrider(b, at, browser.Options{RecycleAfter: -1})
	names := []string{"never", "default", "portrait", "always"}
	rivals := make([]*outrider, len(names))
	for i, name := range names {
		j := *first.j
		o := probes.Options{Drivers: []probes.Driver{first.d}, UserAgent: "Outrider/1.0", Env: first.env}
		switch name {
		case "never":
			j.Evidence.When = journeys.Never
		case "portrait":
			o.LastGood = func(context.Context, string) *probes.Portrait { return nil }
			o.PortraitEvery = time.Nanosecond
		case "always":
			j.Evidence.When = journeys.Always
		}
		rivals[i] = &outrider{d: first.d, runner: probes.NewRunner(o), j: &j, env: first.env, not: first.not}
		if _, err := measure(rivals[i], warm); err != nil {
			b.Fatalf("%s: %v", name, err)
		}
	}
	costs := make([]cost, len(names))
	for b.Loop() {
		for i, r := range rivals {
			before := treeCPU(r.roots()) // what the run before leaves to be closed is in it, for each alike
			c, err := measure(r, 1)
			if err != nil {
				b.Fatalf("%s: %v", names[i], err)
			}
			c.cpu = treeCPU(r.roots()) - before
			costs[i].add(c)
		}
	}
	b.ReportMetric(0, "ns/op") // all together: of no use
	for i, c := range costs {
		b.ReportMetric(c.each(c.wall), names[i]+"-wall-ms")
		b.ReportMetric(c.each(c.cpu), names[i]+"-cpu-ms")
		if i > 0 {
			b.ReportMetric(float64(c.wall)/float64(costs[0].wall), names[i]+"-wall-of-never")
			b.ReportMetric(float64(c.cpu)/float64(costs[0].cpu), names[i]+"-cpu-of-never")
		}
	}
}
