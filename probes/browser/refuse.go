package browser

import (
	"errors"
	"fmt"

	"github.com/outrider-monitor/outrider/probes"
)

// refuse makes a failure of an obstacle; other errors pass.
func refuse(verb string, tg subject, reason probes.Reason, err error) error {
	var o *obstacle
	if !errors.As(err, &o) {
		return err
	}
	want := map[string]string{
		"click": "can be clicked", "dblclick": "can be clicked", "hover": "can be pointed at", "fill": "can be filled",
		"clear": "can be cleared", "type": "can be typed into", "upload": "takes the files", "drag": "can be dragged", "select": "can be chosen from", "check": "can be checked", "uncheck": "can be unchecked",
		"press": "takes the key", "scroll": "can be scrolled", "scroll_to": "can be scrolled to", "see": "is visible", "gone": "is gone",
	}[verb]
	if o.kind == "many" || verb == "see" && o.kind == "wrong" {
		reason = probes.Locator
	}
	return &probes.Failure{
		Reason: reason, Message: fmt.Sprintf("%s %s: %s", verb, tg.label, o.why),
		Expected: fmt.Sprintf("%s %s", tg.label, want), Got: o.why,
	}
}
