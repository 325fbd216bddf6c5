package journeys

import (
	"time"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Session says that a journey signs in for others, or that it begins where another has signed in. Exactly one of Save and Use
// is set: the name of the session.
type Session struct {
	Save, Use string
	// For is how long a saved session is good.
	For time.Duration
	Pos document.Pos
}

// Saver is the journey that signs in for a session, or nil.
func Saver(all []Journey, session string) *Journey {
	for i := range all {
		if s := all[i].Session; s != nil && s.Save == session {
			return &all[i]
		}
	}
	return nil
}
