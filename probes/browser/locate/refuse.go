package locate

import (
	"errors"
	"fmt"

	"github.com/outrider-monitor/outrider/probes"
)

// Refuse makes a failure of an obstacle; other errors pass.
func Refuse(verb string, tg Subject, reason probes.Reason, err error) error {
	var o *Obstacle
	if !errors.As(err, &o) {
		return err
	}
	want := map[string]string{
		"click": "can be clicked", "dblclick": "can be clicked", "hover": "can be pointed at", "fill": "can be filled",
		"clear": "can be cleared", "type": "can be typed into", "upload": "takes the files", "drag": "can be dragged", "select": "can be chosen from", "check": "can be checked", "uncheck": "can be unchecked",
		"press": "takes the key", "scroll": "can be scrolled", "scroll_to": "can be scrolled to", "see": "is visible", "gone": "is gone",
	}[verb]
	if o.Kind == "many" || verb == "see" && o.Kind == "wrong" {
		reason = probes.Locator
	}
	return &probes.Failure{
		Reason: reason, Message: fmt.Sprintf("%s %s: %s", verb, tg.Label, o.Why),
		Expected: fmt.Sprintf("%s %s", tg.Label, want), Got: o.Why,
	}
}
