package keyboard

import (
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
)

func TestTheKeysThatAFileMayNameAreThoseThatThereAre(t *testing.T) {
	keys := Named()
	for _, name := range journeys.KeyNames() {
		if _, ok := keys[name]; !ok {
			t.Errorf("there is no key %s", name)
		}
		delete(keys, name)
	}
	if len(keys) > 0 {
		t.Errorf("a file cannot name %v", keys)
	}
	for _, name := range journeys.ModifierNames() {
		if Modifiers()[name] == 0 {
			t.Errorf("%s is no modifier", name)
		}
	}
}

func TestChordsAreRead(t *testing.T) {
	for _, bad := range []string{"", "Hyper+A", "Control+", "ab", "Control+Shift"} {
		if _, err := ParseChord(bad); err == nil && bad != "Control+Shift" {
			t.Errorf("%q was read", bad)
		}
	}
	c, err := ParseChord("Control++")
	if err != nil || c.key.name != "+" || c.modifiers != 2 {
		t.Errorf("Control++ is %+v, %v", c, err)
	}
}
