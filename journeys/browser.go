package journeys

import "time"

// Browser holds the conditions of a journey's browser steps.
type Browser struct {
	Conditions
	// Device is what the browser pretends to be. Nil: a desktop.
	Device *Device
	// Locale is a BCP 47 tag such as en-GB. Empty: en-GB.
	Locale string
	// Timezone is an IANA name such as Europe/Berlin. Empty: the monitor's own.
	Timezone string
	// Block lists URL patterns with * as wildcard whose requests are refused. Presets are already resolved.
	Block []string
	// Headers are added to the requests to the journey's own hosts.
	Headers []Pair
	// Auth is for the journey's own hosts when they ask for it, by basic or digest authentication.
	Auth *BasicAuth
	// Dialogs are the answers to dialogs, by their kinds.
	Dialogs map[string]DialogAnswer
	// TestIDAttribute is the attribute behind testid locators. Empty: data-testid.
	TestIDAttribute string
}

// Conditions are those that a step may change in the middle of a journey. A nil or zero field leaves what is.
type Conditions struct {
	// Width and Height are the viewport, in CSS pixels. Zero: the device's, or 1280x800.
	Width, Height int
	Geolocation   *Geolocation
	// ColorScheme is light or dark, ReducedMotion reduce or no-preference: what style sheets ask for. Empty: the
	// browser's own, which is light and no-preference.
	ColorScheme, ReducedMotion string
	// Permissions are granted without asking, by their names in the W3C's Permissions API.
	Permissions []string
	// Offline cuts the network off.
	Offline *bool
	// Network slows the network down; CPU is how many times slower scripts run, at least 1.
	Network *Network
	CPU     float64
	// Mock are the answers that are given in place of servers; the first that matches. Nil leaves what is.
	Mock []Mock
}

// Geolocation is a place on earth, in degrees, and how exactly it is known, in metres.
type Geolocation struct{ Latitude, Longitude, Accuracy float64 }

// Network is the speed of a line: the least time to an answer's first byte, and bytes per second. A speed of zero
// is not limited.
type Network struct {
	Latency          time.Duration
	Download, Upload float64
}
