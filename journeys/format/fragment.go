package format

import "github.com/outrider-monitor/outrider/journeys"

func paramTypes() []string {
	return []string{string(journeys.TextParam), string(journeys.NumberParam), string(journeys.BooleanParam), string(journeys.URLParam), string(journeys.SecretParam), string(journeys.AnyParam)}
}
