package probes

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
)

// overruns collects what is over a budget, in words.
type overruns struct{ message, expected, got []string }

// overBudget compares what a passing step took with its budget; nil if it is within. n is nil if nothing was
// measured. A bound on what the page did not report is not kept: nobody could say that it was.
func overBudget(b *journeys.Budget, took time.Duration, n *PageNumbers) *Failure {
	o := &overruns{}
	if b.Time > 0 && took > b.Time {
		o.add("took "+short(took), "at most "+short(b.Time), short(took), short(b.Time))
	}
	if b.OfPage() {
		if n == nil {
			n = &PageNumbers{}
		}
		o.vital("time to first byte", n.TTFB, b.TTFB)
		o.vital("first contentful paint", n.FCP, b.FCP)
		o.vital("largest contentful paint", n.LCP, b.LCP)
		if n.INP > 0 { // without an input there is nothing to answer
			o.vital("interaction to next paint", n.INP, b.INP)
		}
		o.shift(n.CLS, b.CLS)
		o.count(n.Own.Requests+n.ThirdParty.Requests, b.Requests, "request")
		o.size(n.Own.Bytes+n.ThirdParty.Bytes, b.Bytes, "over the network")
		o.count(n.ThirdParty.Requests, b.ThirdPartyRequests, "third-party request")
		o.size(n.ThirdParty.Bytes, b.ThirdPartyBytes, "from third parties")
		o.count(n.Errors, b.Errors, "script error")
	}
	if len(o.message) == 0 {
		return nil
	}
	return &Failure{
		Reason: Slow, Message: strings.Join(o.message, "; "),
		Expected: strings.Join(o.expected, "; "), Got: strings.Join(o.got, "; "),
	}
}

func (o *overruns) add(message, expected, got, budget string) {
	o.message = append(o.message, fmt.Sprintf("%s, more than its budget of %s", message, budget))
	o.expected, o.got = append(o.expected, expected), append(o.got, got)
}

func (o *overruns) vital(name string, got, budget time.Duration) {
	switch {
	case budget == 0 || got > 0 && got <= budget:
	case got == 0:
		o.unmeasured(name, short(budget))
	default:
		o.add(fmt.Sprintf("%s after %s", name, short(got)), name+" after at most "+short(budget), short(got), short(budget))
	}
}

func (o *overruns) unmeasured(name, budget string) {
	o.message = append(o.message, fmt.Sprintf("the page reported no %s, so nobody can say that it kept its budget of %s", name, budget))
	o.expected, o.got = append(o.expected, name+" of at most "+budget), append(o.got, "no "+name)
}

func (o *overruns) shift(got, budget *float64) {
	const name = "cumulative layout shift"
	switch {
	case budget == nil || got != nil && *got <= *budget:
	case got == nil:
		o.unmeasured(name, score(*budget))
	default:
		o.add(fmt.Sprintf("%s of %s", name, score(*got)), name+" of at most "+score(*budget), score(*got), score(*budget))
	}
}

func (o *overruns) count(got int, budget *int, what string) {
	if budget != nil && got > *budget {
		o.add(plural(got, what), "at most "+plural(*budget, what), strconv.Itoa(got), strconv.Itoa(*budget))
	}
}

func (o *overruns) size(got, budget int64, what string) {
	if budget > 0 && got > budget {
		o.add(sized(got)+" "+what, "at most "+sized(budget)+" "+what, sized(got), sized(budget))
	}
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func score(f float64) string { return strconv.FormatFloat(f, 'g', 3, 64) }

// sized writes bytes as a budget does, in thousands.
func sized(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.4g KB", float64(n)/1e3)
	}
	return fmt.Sprintf("%.4g MB", float64(n)/1e6)
}
