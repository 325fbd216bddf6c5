package web

import (
	"strconv"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// numbers is what the pages of an attempt cost, a row for each step that measured something worth a row.
type numbers struct {
	Rows  []numbersRow
	Hosts []probes.HostTraffic
}

// numbersRow is one step's. All counts both own hosts and third parties.
type numbersRow struct {
	Name string
	*probes.PageNumbers
	Vitals []vital
	All    probes.Traffic
}

// vital is a web vital with its verdict: good, slow or bad, by the thresholds of web.dev/articles/vitals.
type vital struct{ Name, Title, Value, Kind string }

// numbersOf lists the steps that loaded a page, or that a budget was judged by, and all hosts together.
func numbersOf(steps []probes.StepResult) numbers {
	var n numbers
	hosts := map[string]int{}
	for i := range steps {
		p := steps[i].Page
		if p == nil {
			continue
		}
		for _, h := range p.Hosts {
			at, known := hosts[h.Host]
			if !known {
				at = len(n.Hosts)
				hosts[h.Host] = at
				n.Hosts = append(n.Hosts, probes.HostTraffic{Host: h.Host, ThirdParty: h.ThirdParty})
			}
			n.Hosts[at].Add(h.Traffic)
		}
		if p.URL == "" && p.INP == 0 && p.Errors == 0 && p.Own.Requests+p.ThirdParty.Requests < 2 {
			continue
		}
		row := numbersRow{Name: steps[i].Name, PageNumbers: p, Vitals: vitalsOf(p), All: p.Own}
		row.All.Add(p.ThirdParty)
		n.Rows = append(n.Rows, row)
	}
	return n
}

// HasThird tells whether any host is a third party's.
func (n numbers) HasThird() bool {
	for _, h := range n.Hosts {
		if h.ThirdParty {
			return true
		}
	}
	return false
}

func vitalsOf(p *probes.PageNumbers) []vital {
	var all []vital
	add := func(name, title string, d, fine, poor time.Duration) {
		if d > 0 {
			all = append(all, vital{name, title, took(d), verdictOn(float64(d), float64(fine), float64(poor))})
		}
	}
	add("TTFB", "time to first byte", p.TTFB, 800*time.Millisecond, 1800*time.Millisecond)
	add("FCP", "first contentful paint", p.FCP, 1800*time.Millisecond, 3*time.Second)
	add("LCP", "largest contentful paint", p.LCP, 2500*time.Millisecond, 4*time.Second)
	if p.CLS != nil {
		all = append(all, vital{"CLS", "cumulative layout shift", strconv.FormatFloat(*p.CLS, 'g', 2, 64), verdictOn(*p.CLS, 0.1, 0.25)})
	}
	add("INP", "interaction to next paint", p.INP, 200*time.Millisecond, 500*time.Millisecond)
	return all
}

func verdictOn(v, fine, poor float64) string {
	switch {
	case v <= fine:
		return good
	case v <= poor:
		return slow
	}
	return bad
}
