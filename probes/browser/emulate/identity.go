package emulate

import (
	"cmp"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
	"github.com/outrider-monitor/outrider/probes/browser/chrome/wire"
)

// identity is what the browser says of itself, with the token at its end.
func identity(b *journeys.Browser, agent, token string) wire.Command {
	own := agent
	p := map[string]any{"acceptLanguage": locale(b.Locale)}
	if d := b.Device; d != nil {
		agent = d.UserAgent
		if agent == "" {
			version := majorVersion(own)
			agent = androidAgent(version, d.Tablet)
			p["platform"] = "Linux armv81"
			p["userAgentMetadata"] = map[string]any{
				"platform": "Android", "platformVersion": d.Android, "architecture": "", "model": d.Model, "mobile": !d.Tablet,
				"brands": []map[string]any{
					{"brand": "Chromium", "version": version}, {"brand": "Google Chrome", "version": version}, {"brand": "Not_A Brand", "version": "99"},
				},
			}
		} else if d.Tablet {
			p["platform"] = "MacIntel"
		} else {
			p["platform"] = "iPhone"
		}
	}
	if token != "" {
		agent += " " + token
	}
	p["userAgent"] = agent
	return wire.Say("Emulation.setUserAgentOverride", p)
}

// androidAgent is what Chrome on Android says: it keeps the device to itself.
func androidAgent(version string, tablet bool) string {
	mobile := "Mobile "
	if tablet {
		mobile = ""
	}
	return "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/" + version + ".0.0.0 " + mobile + "Safari/537.36"
}

// majorVersion finds the browser's version in what it says of itself.
func majorVersion(agent string) string {
	_, rest, _ := strings.Cut(agent, "Chrome/")
	version, _, _ := strings.Cut(rest, ".")
	return version
}

func locale(tag string) string { return cmp.Or(tag, chrome.Locale) }
