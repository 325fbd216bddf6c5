package format

import "github.com/outrider-monitor/outrider/journeys"

// sentence names a step by what it does. Expressions appear as {name}: the sentence is a label, and holds no value.
func sentence(a journeys.Action) string {
	return cutText(journeys.Sentence(a), 80)
}
