package browserbench

import (
	"testing"

	"github.com/outrider-monitor/outrider/probes/browser"
)

// warm is how many runs a browser has behind it before it is measured.
const warm = 5

// BenchmarkCheckout runs the journey with each rival in turn and reports what one run costs.
func BenchmarkCheckout(b *testing.B) {
	at := startShop(b)
	floor := startBaseline(b, at)
	not := []int{floor.b.Pid()}
	names, rivals := []string{"baseline"}, []rival{floor}
	if withPlaywright(b) {
		p := startPlaywright(b, at)
		not = append(not, p.cmd.Process.Pid)
		names, rivals = append(names, "playwright"), append(rivals, p)
	}
	names, rivals = append(names, "outrider"), append(rivals, startOutrider(b, at, browser.Options{RecycleAfter: -1}, not...))
	for i, r := range rivals {
		if _, err := measure(r, warm); err != nil {
			b.Fatalf("%s: %v", names[i], err)
		}
	}
	costs := make([]cost, len(rivals))
	for i, r := range rivals {
		costs[i].cpu = -others(r)
	}
	for b.Loop() {
		for i, r := range rivals {
			c, err := measure(r, 1)
			if err != nil {
				b.Fatalf("%s: %v", names[i], err)
			}
			costs[i].add(c)
		}
	}
	for i, r := range rivals {
		costs[i].cpu += others(r)
	}
	b.ReportMetric(0, "ns/op") // all together: of no use
	ours := costs[len(costs)-1]
	for i, c := range costs {
		b.ReportMetric(c.each(c.wall), names[i]+"-wall-ms")
		b.ReportMetric(c.each(c.cpu), names[i]+"-cpu-ms")
		b.ReportMetric(c.each(c.own), names[i]+"-own-cpu-ms")
		b.ReportMetric(float64(treeMemory(rivals[i].roots()))/(1<<20), names[i]+"-pss-MB")
		if i < len(costs)-1 {
			b.ReportMetric(float64(ours.wall)/float64(c.wall), "wall-of-"+names[i])
			b.ReportMetric(float64(ours.cpu)/float64(c.cpu), "cpu-of-"+names[i])
		}
	}
}
