package emulate

import (
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
)

func TestAJourneyThatAsksForNothingPaysNothing(t *testing.T) {
	if all := Changeable(journeys.Conditions{}); len(all) != 0 {
		t.Errorf("its conditions are %v", all)
	}
	all := Lasting(&journeys.Browser{}, "Mozilla/5.0 Chrome/156.0.0.0", "Outrider/1.0")
	if len(all) != 1 || all[0].Params.(map[string]any)["userAgent"] != "Mozilla/5.0 Chrome/156.0.0.0 Outrider/1.0" {
		t.Errorf("it says of itself %v", all)
	}
}
