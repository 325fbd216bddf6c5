package format

import "github.com/outrider-monitor/outrider/journeys"

func deviceNames() []string {
	var names []string
	for _, d := range journeys.Devices() {
		names = append(names, d.Name)
	}
	return names
}
