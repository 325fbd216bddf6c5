package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// numbers writes a line for each page that was loaded.
func (s *live) numbers(steps []probes.StepResult) {
	for i := range steps {
		if n := steps[i].Page; n != nil && n.URL != "" {
			fmt.Fprintf(s.c.out, "  %s %s  %s\n", s.c.faint("page     "), printable(steps[i].Name), s.c.faint(pageNumbers(n)))
		}
	}
}

// pageNumbers writes what was measured of a page, the vitals first.
func pageNumbers(n *probes.PageNumbers) string {
	var parts []string
	vital := func(name string, d time.Duration) {
		if d > 0 {
			parts = append(parts, fmt.Sprintf("%s %.2f s", name, d.Seconds()))
		}
	}
	vital("TTFB", n.TTFB)
	vital("FCP", n.FCP)
	vital("LCP", n.LCP)
	vital("INP", n.INP)
	if n.CLS != nil {
		parts = append(parts, fmt.Sprintf("CLS %.2g", *n.CLS))
	}
	all := n.Own
	all.Add(n.ThirdParty)
	parts = append(parts, fmt.Sprintf("%d requests, %.0f KB", all.Requests, float64(all.Bytes)/1e3))
	if n.ThirdParty.Requests > 0 {
		parts = append(parts, fmt.Sprintf("%d of them third-party, %.0f KB", n.ThirdParty.Requests, float64(n.ThirdParty.Bytes)/1e3))
	}
	if all.Failed > 0 {
		parts = append(parts, fmt.Sprintf("%d failed", all.Failed))
	}
	if n.Errors > 0 {
		parts = append(parts, fmt.Sprintf("%d script errors", n.Errors))
	}
	return strings.Join(parts, ", ")
}
