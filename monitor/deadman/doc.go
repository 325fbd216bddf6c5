// Package deadman tells of what does not happen.
//
// A [Heart] beats to somebody outside as long as every part of the monitor that people rely on proves that it is
// alive; a [Watch] notices journeys from which nothing has been heard. Neither knows what the parts and the journeys
// are. Its one rule: silence is never a good sign.
package deadman
