package format

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// conditionFields are the conditions that a journey begins with and that its `browser` steps change.
func conditionFields() []field[journeys.Conditions] {
	return []field[journeys.Conditions]{
		{"viewport", "width x height in CSS pixels, such as 1280x800", viewportSchema(), func(p *parser, n *document.Node, c *journeys.Conditions) {
			c.Width, c.Height = p.viewport(n)
		}},
		{"geolocation", "where the customer is: {latitude: 51.5, longitude: -0.12}", refSchema("geolocation"), func(p *parser, n *document.Node, c *journeys.Conditions) {
			c.Geolocation = &journeys.Geolocation{}
			readFields(p, n, placeFields(), c.Geolocation).Need("latitude", "longitude")
		}},
		{"color_scheme", "what style sheets ask for: light or dark", enumSchema("light", "dark"), func(p *parser, n *document.Node, c *journeys.Conditions) {
			c.ColorScheme, _ = p.r.Enum(n, "light", "dark")
		}},
		{"reduced_motion", "reduce or no-preference", enumSchema("reduce", "no-preference"), func(p *parser, n *document.Node, c *journeys.Conditions) {
			c.ReducedMotion, _ = p.r.Enum(n, "reduce", "no-preference")
		}},
		{"permissions", "what pages may do without asking, such as notifications", permissionsSchema(), readPermissions},
		{"offline", "no network", boolSchema(), func(p *parser, n *document.Node, c *journeys.Conditions) {
			if offline, ok := p.r.Bool(n); ok {
				c.Offline = &offline
			}
		}},
		{"network", "speed of the line: slow-3g, 3g, 4g, unlimited, or {latency: 200ms, download: 1.5Mbps, upload: 750kbps}", networkSchema(), func(p *parser, n *document.Node, c *journeys.Conditions) {
			c.Network = p.network(n)
		}},
		{"cpu", "how many times slower scripts run, such as 4", schema{"type": "number", "minimum": 1, "maximum": slowestCPU}, func(p *parser, n *document.Node, c *journeys.Conditions) {
			var ok bool
			if c.CPU, ok = p.r.Float(n); ok && (c.CPU < 1 || c.CPU > slowestCPU) {
				p.r.Problem(n, fmt.Sprintf("want a number from 1 to %d, got %v", slowestCPU, c.CPU), "4 is a telephone of the middle class, 6 a cheap one")
			}
		}},
		{"mock", "answers in place of servers: [{url: /api/stock, status: 503}]", mocksSchema(), func(p *parser, n *document.Node, c *journeys.Conditions) {
			c.Mock = p.mocks(n)
		}},
	}
}

// slowestCPU bounds how much slower scripts may be made to run.
const slowestCPU = 50

func placeFields() []field[journeys.Geolocation] {
	degrees := func(p *parser, n *document.Node, most float64, into *float64) {
		v, ok := p.r.Float(n)
		if ok && (v < -most || v > most) {
			p.r.Problem(n, fmt.Sprintf("want degrees from -%v to %v, got %v", most, most, v), "")
		}
		*into = v
	}
	return []field[journeys.Geolocation]{
		{"latitude", "degrees, north of the equator", degreesSchema(90), func(p *parser, n *document.Node, g *journeys.Geolocation) { degrees(p, n, 90, &g.Latitude) }},
		{"longitude", "degrees, east of Greenwich", degreesSchema(180), func(p *parser, n *document.Node, g *journeys.Geolocation) { degrees(p, n, 180, &g.Longitude) }},
		{"accuracy", "in metres; 0 if not given", schema{"type": "number", "minimum": 0}, func(p *parser, n *document.Node, g *journeys.Geolocation) {
			var ok bool
			if g.Accuracy, ok = p.r.Float(n); ok && g.Accuracy < 0 {
				p.r.Problem(n, fmt.Sprintf("want metres, got %v", g.Accuracy), "")
			}
		}},
	}
}

func degreesSchema(most int) schema {
	return schema{"type": "number", "minimum": -most, "maximum": most}
}

// permissions are the permissions that Chromium can grant, by their names in the W3C's registry.
func permissions() []string {
	return []string{
		"geolocation", "notifications", "camera", "microphone", "clipboard-read", "clipboard-write", "midi", "background-sync",
		"storage-access", "accelerometer", "gyroscope", "magnetometer", "payment-handler", "local-fonts", "screen-wake-lock",
	}
}

func permissionsSchema() schema {
	one := enumSchema(permissions()...)
	return schema{"oneOf": []schema{one, {"type": "array", "items": one}}}
}

func readPermissions(p *parser, n *document.Node, c *journeys.Conditions) {
	c.Permissions = []string{}
	for _, name := range p.r.Texts(n) {
		if !slices.Contains(permissions(), name) {
			hint := document.DidYouMean(name, permissions())
			if hint == "" {
				hint = "known are " + strings.Join(permissions(), ", ")
			}
			p.r.Problem(n, fmt.Sprintf("unknown permission %q", name), hint)
		}
		c.Permissions = append(c.Permissions, name)
	}
}

func networkNames() []string { return slices.Sorted(maps.Keys(networks())) }

func networkSchema() schema {
	return schema{"oneOf": []schema{enumSchema(networkNames()...), object(networkFields())}}
}

func networkFields() []field[journeys.Network] {
	return []field[journeys.Network]{
		{"latency", "time to the first byte of an answer at least", durationSchema(), func(p *parser, n *document.Node, w *journeys.Network) {
			w.Latency, _ = p.r.Duration(n)
		}},
		{"download", "such as 1.5Mbps", rateSchema(), func(p *parser, n *document.Node, w *journeys.Network) { w.Download = p.rate(n) }},
		{"upload", "such as 750kbps", rateSchema(), func(p *parser, n *document.Node, w *journeys.Network) { w.Upload = p.rate(n) }},
	}
}

func rateSchema() schema {
	return schema{"type": "string", "pattern": `(?i)^[0-9.]+ *[kmg]?bps$`, "examples": []string{"1.5Mbps"}}
}

// network reads the name of a speed, or its numbers.
func (p *parser) network(n *document.Node) *journeys.Network {
	w := &journeys.Network{}
	if n.Kind == document.Mapping {
		readFields(p, n, networkFields(), w)
		return w
	}
	if name, ok := p.r.Enum(n, networkNames()...); ok {
		*w = networks()[name]
	}
	return w
}

// rate reads bits per second and gives bytes per second.
func (p *parser) rate(n *document.Node) float64 {
	text, ok := p.r.Text(n)
	if !ok {
		return 0
	}
	number, found := strings.CutSuffix(strings.ToLower(text), "bps")
	factor := 1.0
	for unit, f := range map[string]float64{"k": 1e3, "m": 1e6, "g": 1e9} {
		if rest, has := strings.CutSuffix(number, unit); has {
			number, factor = rest, f
		}
	}
	v, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if !found || err != nil || v*factor < 8 || v*factor > 1e12 {
		p.r.Problem(n, fmt.Sprintf("want bits per second, got %q", text), "such as 750kbps or 1.5Mbps")
		return 0
	}
	return v * factor / 8
}

func (p *parser) viewport(n *document.Node) (width, height int) {
	text, ok := p.r.Text(n)
	if !ok {
		return 0, 0
	}
	w, h, _ := strings.Cut(text, "x")
	width, err := strconv.Atoi(w)
	if err == nil {
		height, err = strconv.Atoi(h)
	}
	if err != nil || width < 100 || height < 100 || width > 10_000 || height > 10_000 {
		p.r.Problem(n, fmt.Sprintf("want width x height, got %q", text), "such as 1280x800")
		return 0, 0
	}
	return width, height
}
