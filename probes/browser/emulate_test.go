package browser

import (
	"net/http"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser/address"
)

func TestTheBrowserIsWhatTheJourneySays(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	visit(t, z, `
browser:
  timezone: Asia/Tokyo
  geolocation: {latitude: 51.5, longitude: -0.125}
  color_scheme: dark
  reduced_motion: reduce
  permissions: [notifications, clipboard-read]
steps:
  - goto: ZOO/conditions.html
  - eval: >-
      (async () => [Intl.DateTimeFormat().resolvedOptions().timeZone, matchMedia('(prefers-color-scheme: dark)').matches,
      getComputedStyle(document.querySelector('#motion'), '::after').content,
      (await navigator.permissions.query({name: 'notifications'})).state,
      (await navigator.permissions.query({name: 'clipboard-read'})).state,
      (await navigator.permissions.query({name: 'camera'})).state].join(' '))()
    expect: result == 'Asia/Tokyo true "stands" granted granted denied' or result == 'Asia/Tokyo true "stands" granted granted prompt'
  - click: Where am I
  - see: "51.5 -0.125"
`).pass()
	visit(t, z, `
  - goto: ZOO/conditions.html
  - eval: "[matchMedia('(prefers-color-scheme: dark)').matches, getComputedStyle(motion, '::after').content].join(' ')"
    expect: result == 'false "moves"'
  - click: Where am I
  - see: refused
`).pass()
}

func TestADeviceIsOneForPagesAndForServers(t *testing.T) {
	t.Parallel()
	z, h := listening(t)
	const asks = `
  - goto: ZOO/conditions.html
  - eval: fetch('/heard/hints')
  - eval: >-
      [innerWidth, innerHeight, screen.width, devicePixelRatio, navigator.maxTouchPoints, matchMedia('(pointer: coarse)').matches,
      'ontouchstart' in window, navigator.platform].join(' ')
    expect: result == "WANT"
  - eval: "(navigator.userAgentData?.mobile ?? 'none') + ' ' + navigator.userAgent"
    expect: result startsWith "none Mozilla" or result startsWith "true Mozilla" or result startsWith "false Mozilla"
  - click: Where am I
  - see: "refused"
`
	for device, want := range map[string]struct{ page, agent, mobile string }{
		"iPhone 15": {"393 659 393 3 5 true true iPhone", "Mobile/15E148 Safari", ""},
		"Pixel 7":   {"412 839 412 2.625 5 true true Linux armv81", "Android 10; K", "?1"},
	} {
		visit(t, z, "browser: {device: "+device+"}\nsteps:"+strings.Replace(asks, "WANT", want.page, 1)).pass()
		h.Lock()
		got := h.by["127.0.0.1/heard/hints"]
		h.Unlock()
		if agent := got.Get("User-Agent"); !strings.Contains(agent, want.agent) || !strings.HasSuffix(agent, " Outrider/1.0") {
			t.Errorf("%s: the user agent is %q", device, agent)
		}
		if hint := got.Get("Sec-Ch-Ua-Mobile"); hint != want.mobile {
			t.Errorf("%s: the hint is %q", device, hint)
		}
	}
}

func TestAStepChangesTheConditions(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	visit(t, z, `
browser: {viewport: 800x600}
steps:
  - goto: ZOO/conditions.html
  - browser: {offline: true, color_scheme: dark, viewport: 640x480}
  - click: Ask the server
  - see: no network
  - eval: "[navigator.onLine, matchMedia('(prefers-color-scheme: dark)').matches, innerWidth, innerHeight].join(' ')"
    expect: result == "false true 640 480"
  - browser: {offline: false, reduced_motion: reduce}
  - click: Ask the server
  - see: answered 200
  - eval: "[navigator.onLine, matchMedia('(prefers-color-scheme: dark)').matches].join(' ')"
    expect: result == "true true"
`).pass()
	visit(t, z, "browser: {offline: true}\nsteps:\n  - goto: ZOO/conditions.html").fail(probes.Connect, "INTERNET_DISCONNECTED", "offline")
}

func TestASlowLineAndASlowProcessorAreSlow(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.mux.HandleFunc("/large", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 50_000)) })
	const measure = `
  - eval: >-
      (async () => { const t = performance.now(); await (await fetch('/large')).arrayBuffer(); return performance.now() - t })()`
	took := func(conditions string, least float64) float64 {
		t.Helper()
		v := visit(t, z, conditions+"steps:\n  - goto: ZOO/conditions.html"+measure)
		v.pass()
		if ms := v.s.result.(float64); ms < least {
			t.Errorf("%s: the answer came after %v ms, before it could", conditions, ms)
		}
		return v.s.result.(float64)
	}
	slow := took("browser: {network: {download: 800kbps}, cpu: 2}\n", 400)
	far := took("browser: {network: {latency: 450ms}}\n", 450)
	if fast := took("", 0); fast > slow || fast > far {
		t.Errorf("nothing asked for: %v ms; a narrow line: %v ms; a long one: %v ms", fast, slow, far)
	}
	v := visit(t, z, "browser: {network: slow-3g}\nsteps:\n  - goto: ZOO/conditions.html\n  - browser: {network: unlimited, cpu: 1}"+measure)
	v.pass()
	if again := v.s.result.(float64); again > slow {
		t.Errorf("the line is as slow as before: %v ms", again)
	}
}

func TestListsOfHostsAreBlocked(t *testing.T) {
	t.Parallel()
	v := visit(t, newZoo(t), `
browser: {block: [analytics, ads]}
steps:
  - goto: ZOO/conditions.html
  - eval: >-
      Promise.all(['https://www.google-analytics.com/collect', 'https://doubleclick.net/x', 'http://shop.invalid/google-analytics.com/']
      .map(u => fetch(u, {mode: 'no-cors'}).catch(e => e.message)))
`)
	v.pass()
	got := map[string]string{}
	for _, r := range v.evidence().Requests {
		got[address.Host(r.URL)] = r.Error
	}
	for host, blocked := range map[string]bool{"www.google-analytics.com": true, "doubleclick.net": true, "shop.invalid": false} {
		if (got[host] == "blocked by browser.block") != blocked || got[host] == "" {
			t.Errorf("%s: %q", host, got[host])
		}
	}
}

func TestForwardGoesWhereBackCameFrom(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	visit(t, z, `
  - goto: ZOO/click.html
  - goto: ZOO/elsewhere.html
  - back:
    expect: url endsWith "/click.html"
  - forward:
    expect: title == "Elsewhere"
`).pass()
	visit(t, z, "  - goto: ZOO/click.html\n  - forward:").fail(probes.Navigation, "no page to go forward to")
}
