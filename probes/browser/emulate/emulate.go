// Package emulate writes the conditions of a journey as commands of the protocol: the device, the screen, the language,
// the place, the speed of the network.
//
// It sends nothing, and knows of no page. Its one rule: only what the journey asks for is written, so that one that asks
// for nothing pays nothing.
package emulate

import (
	"cmp"
	"time"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

// Lasting are the conditions that hold from the beginning to the end. agent is what the browser says of itself, token what is
// put behind it.
func Lasting(b *journeys.Browser, agent, token string) []wire.Command {
	all := []wire.Command{identity(b, agent, token)}
	if l := locale(b.Locale); l != chrome.Locale {
		all = append(all, wire.Say("Emulation.setLocaleOverride", map[string]any{"locale": l}))
	}
	if b.Timezone != "" {
		all = append(all, wire.Say("Emulation.setTimezoneOverride", map[string]any{"timezoneId": b.Timezone}))
	}
	if len(b.Block) > 0 {
		all = append(all, wire.Say("Network.setBlockedURLs", map[string]any{"urls": b.Block}))
	}
	if b.Device != nil {
		all = append(all, wire.Say("Emulation.setTouchEmulationEnabled", map[string]any{"enabled": true, "maxTouchPoints": 5}))
	}
	return all
}

// Changeable are the commands for conditions that steps can change too.
func Changeable(c journeys.Conditions) []wire.Command {
	var all []wire.Command
	var media []map[string]any
	for feature, value := range map[string]string{
		"prefers-color-scheme": c.ColorScheme, "prefers-reduced-motion": c.ReducedMotion,
	} {
		if value != "" {
			media = append(media, map[string]any{"name": feature, "value": value})
		}
	}
	if media != nil {
		all = append(all, wire.Say("Emulation.setEmulatedMedia", map[string]any{"features": media}))
	}
	if g := c.Geolocation; g != nil {
		all = append(all, wire.Say("Emulation.setGeolocationOverride", map[string]any{
			"latitude": g.Latitude, "longitude": g.Longitude, "accuracy": g.Accuracy,
		}))
	}
	if c.Offline != nil || c.Network != nil {
		all = append(all, line(c)...)
	}
	if c.CPU > 0 {
		all = append(all, wire.Say("Emulation.setCPUThrottlingRate", map[string]any{"rate": c.CPU}))
	}
	return all
}

// line is the speed of the network, and what scripts are told of it.
func line(c journeys.Conditions) []wire.Command {
	w := journeys.Network{}
	if c.Network != nil {
		w = *c.Network
	}
	speed := map[string]any{
		"urlPattern": "", "offline": c.Offline != nil && *c.Offline, "latency": float64(w.Latency) / float64(time.Millisecond),
		"downloadThroughput": unlimited(w.Download), "uploadThroughput": unlimited(w.Upload),
	}
	return []wire.Command{
		wire.Say("Network.emulateNetworkConditionsByRule", map[string]any{"matchedNetworkConditions": []any{speed}}),
		wire.Say("Network.overrideNetworkState", speed),
	}
}

// unlimited writes a speed as the protocol does, for which no limit is -1.
func unlimited(speed float64) float64 { return cmp.Or(speed, -1) }

// Screen sets the size of the page. The headless shell's windows are of the right size from the start.
func Screen(c journeys.Conditions, d *journeys.Device) wire.Command {
	w, h := Viewport(c, d)
	p := map[string]any{"width": w, "height": h, "deviceScaleFactor": 1, "mobile": false, "screenWidth": w, "screenHeight": h}
	if d != nil {
		p["deviceScaleFactor"], p["mobile"] = d.Scale, true
		p["screenWidth"], p["screenHeight"] = max(d.ScreenWidth, w), max(d.ScreenHeight, h)
	}
	return wire.Say("Emulation.setDeviceMetricsOverride", p)
}

// Viewport is the size of the page, in CSS pixels.
func Viewport(c journeys.Conditions, d *journeys.Device) (w, h int) {
	if d == nil {
		d = &journeys.Device{Width: 1280, Height: 800}
	}
	return cmp.Or(c.Width, d.Width), cmp.Or(c.Height, d.Height)
}

// Merged are the conditions that were, with what is given changed.
func Merged(was, c journeys.Conditions) journeys.Conditions {
	if c.Width != 0 {
		was.Width, was.Height = c.Width, c.Height
	}
	if c.Geolocation != nil {
		was.Geolocation = c.Geolocation
	}
	was.ColorScheme = cmp.Or(c.ColorScheme, was.ColorScheme)
	was.ReducedMotion = cmp.Or(c.ReducedMotion, was.ReducedMotion)
	if c.Permissions != nil {
		was.Permissions = c.Permissions
	}
	if c.Offline != nil {
		was.Offline = c.Offline
	}
	if c.Network != nil {
		was.Network = c.Network
	}
	was.CPU = cmp.Or(c.CPU, was.CPU)
	return was
}
