package web

import (
	"fmt"
	"slices"

	"github.com/outrider-monitor/outrider/incidents"
)

// judge puts how everything stands into one sentence: the worst first.
func judge(all []Journey, looks []look, open []incidents.Incident) verdict {
	broken, own := brokenNames(open)
	by := map[string][]string{}
	for n := range all {
		if !slices.Contains(broken, human(all[n].Name)) {
			by[looks[n].Word] = append(by[looks[n].Word], human(all[n].Name))
		}
	}
	unknown := slices.Concat(by["Not judged"], by["No news"])
	slowOnes := slices.Concat(by["Too slow"], by["Slow"])
	working := len(by["Working"]) + len(slowOnes)
	switch {
	case len(broken) > 3:
		return verdict{bad, fmt.Sprintf("%s journeys are broken.", human(numeral(len(broken))))}
	case len(broken) > 0:
		return verdict{bad, fmt.Sprintf("%s %s broken.", list(broken, 3), verb(len(broken), "is", "are"))}
	case len(by["Failing"]) > 0:
		return verdict{bad, fmt.Sprintf("%s failed the last run.", list(by["Failing"], 3))}
	case own:
		return verdict{unsure, "Outrider itself is in trouble."}
	case len(unknown) > 0:
		return verdict{unsure, fmt.Sprintf("Nobody knows whether %s.", whether(unknown))}
	case len(all) == 0:
		return verdict{none, "Nothing is watched yet."}
	case len(by["Maintenance"]) == len(all):
		return verdict{none, "Everything is in maintenance."}
	case len(by["Maintenance"]) > 0:
		return verdict{good, fmt.Sprintf("%s of %s journeys work; %s %s in maintenance.", human(numeral(working)), numeral(len(all)),
			list(by["Maintenance"], 3), verb(len(by["Maintenance"]), "is", "are"))}
	case working == 0:
		return verdict{none, "Waiting for the first runs."}
	case len(by["Waiting"]) > 0:
		return verdict{good, fmt.Sprintf("%s of %s journeys work, the others have not run yet.", human(numeral(working)), numeral(len(all)))}
	case len(slowOnes) > 0:
		return verdict{slow, fmt.Sprintf("%s, but %s slow.", allWork(all), slowly(slowOnes, len(all)))}
	}
	return verdict{good, allWork(all) + "."}
}

// brokenNames are the journeys with an open incident, and whether the monitor has one of its own.
func brokenNames(open []incidents.Incident) (names []string, own bool) {
	for n := range open {
		if open[n].Team != "" {
			continue // its journeys speak for themselves
		}
		if open[n].Subject == "" {
			own = true
			continue
		}
		if !open[n].Degraded && !(open[n].Held() && open[n].Hold.Cause == incidents.HeldByMaintenance) {
			names = append(names, human(open[n].Subject))
		}
	}
	return names, own
}

func allWork(all []Journey) string {
	switch len(all) {
	case 1:
		return human(all[0].Name) + " works"
	case 2:
		return "Both journeys work"
	}
	return "All " + numeral(len(all)) + " journeys work"
}

func slowly(names []string, of int) string {
	switch {
	case of == 1:
		return "it is"
	case len(names) == of && of == 2:
		return "both are"
	case len(names) == of:
		return "all are"
	}
	return list(names, 3) + " " + verb(len(names), "is", "are")
}

func whether(names []string) string {
	return list(names, 3) + " " + verb(len(names), "works", "work")
}

func verb(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
