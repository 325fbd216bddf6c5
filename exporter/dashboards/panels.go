package dashboards

// The colours mean the same on every dashboard, and on Outrider's own pages.
const (
	green  = "#2f855a"
	amber  = "#b7791f"
	red    = "#c53030"
	grey   = "#718096"
	purple = "#6b46c1"
)

// query is a PromQL expression with the name of its line.
type query struct{ expr, legend string }

func targets(qs []query, instant bool) []target {
	all := make([]target, len(qs))
	for i, q := range qs {
		all[i] = target{RefID: string(rune('A' + i)), Expr: q.expr, Legend: q.legend, Instant: instant, Range: !instant}
	}
	return all
}

// lines shows numbers over time.
func lines(w, h int, title, description, unit string, qs ...query) panel {
	return panel{
		Type: "timeseries", Title: title, Description: description, Grid: grid{W: w, H: h}, Targets: targets(qs, false),
		Config: fieldConfig{Defaults: map[string]any{
			"unit": unit, "min": 0,
			"custom": map[string]any{"lineWidth": 1, "fillOpacity": 8, "showPoints": "never", "spanNulls": false},
		}},
		Options: map[string]any{"legend": map[string]any{"displayMode": "list", "placement": "bottom"}, "tooltip": map[string]any{"mode": "multi", "sort": "desc"}},
	}
}

// bars stacks counts over time.
func bars(w, h int, title, description string, colours map[string]string, qs ...query) panel {
	p := lines(w, h, title, description, "short", qs...)
	p.Config.Defaults["custom"] = map[string]any{"drawStyle": "bars", "fillOpacity": 80, "lineWidth": 0, "stacking": map[string]any{"mode": "normal"}}
	for _, name := range []string{"passed", "degraded", "failed", "error"} {
		if colour := colours[name]; colour != "" {
			p.Config.Overrides = append(p.Config.Overrides, override{matcher{"byName", name}, []property{
				{"color", map[string]string{"mode": "fixed", "fixedColor": colour}}}})
		}
	}
	return p
}

// outcomeColours are those of runs.
func outcomeColours() map[string]string {
	return map[string]string{"passed": green, "degraded": amber, "failed": red, "error": purple}
}

// number shows one number, coloured by thresholds: pairs of the value from which on, and the colour.
func number(w, h int, title, description, unit, expr string, thresholds ...any) panel {
	steps := []map[string]any{}
	for i := 0; i+1 < len(thresholds); i += 2 {
		steps = append(steps, map[string]any{"value": thresholds[i], "color": thresholds[i+1]})
	}
	return panel{
		Type: "stat", Title: title, Description: description, Grid: grid{W: w, H: h}, Targets: targets([]query{{expr, ""}}, true),
		Config: fieldConfig{Defaults: map[string]any{"unit": unit, "thresholds": map[string]any{"mode": "absolute", "steps": steps}}},
		Options: map[string]any{
			"reduceOptions": map[string]any{"calcs": []string{"lastNotNull"}}, "colorMode": "value", "graphMode": "none", "textMode": "auto",
		},
	}
}

// column is one query of a table, with how it is written.
type column struct {
	title, unit, expr string
	// good and bad are the thresholds between green, amber and red; the higher the better. Both 0: no colour.
	good, bad float64
}

// table joins instant queries by a label.
func table(w, h int, title, description, by, url string, columns ...column) panel {
	p := panel{Type: "table", Title: title, Description: description, Grid: grid{W: w, H: h},
		Options: map[string]any{"cellHeight": "sm", "showHeader": true}}
	hidden, renamed := map[string]bool{"Time": true}, map[string]string{by: "Journey"}
	for i, c := range columns {
		ref := string(rune('A' + i))
		p.Targets = append(p.Targets, target{RefID: ref, Expr: c.expr, Instant: true, Format: "table"})
		renamed["Value #"+ref] = c.title
		properties := []property{{"unit", c.unit}}
		if c.good != 0 || c.bad != 0 {
			properties = append(properties, property{"custom.cellOptions", map[string]any{"type": "color-text"}},
				property{"thresholds", map[string]any{"mode": "absolute", "steps": []map[string]any{
					{"value": nil, "color": red}, {"value": c.bad, "color": amber}, {"value": c.good, "color": green}}}})
		}
		p.Config.Overrides = append(p.Config.Overrides, override{matcher{"byName", c.title}, properties})
	}
	p.Transformations = []map[string]any{
		{"id": "joinByField", "options": map[string]any{"byField": by, "mode": "outer"}},
		{"id": "organize", "options": map[string]any{"excludeByName": hidden, "renameByName": renamed}},
	}
	p.Config.Overrides = append(p.Config.Overrides, override{matcher{"byName", "Journey"}, []property{
		{"links", []map[string]any{{"title": "Open ${__value.text}", "url": url}}}}})
	return p
}

// timeline shows which state each line was in.
func timeline(w, h int, title, description string, states map[string][2]string, qs ...query) panel {
	mapped := map[string]any{}
	i := 0
	for _, value := range []string{"0", "1"} {
		if s, ok := states[value]; ok {
			mapped[value] = map[string]any{"text": s[0], "color": s[1], "index": i}
			i++
		}
	}
	return panel{
		Type: "state-timeline", Title: title, Description: description, Grid: grid{W: w, H: h}, Targets: targets(qs, false),
		Config: fieldConfig{Defaults: map[string]any{
			"custom":   map[string]any{"fillOpacity": 80, "lineWidth": 0},
			"mappings": []map[string]any{{"type": "value", "options": mapped}},
		}},
		Options: map[string]any{"showValue": "never", "mergeValues": true, "rowHeight": 0.8},
	}
}

// quantile asks a histogram's classic buckets, and where Prometheus keeps native ones instead, those. over is rate or
// increase, selector has its braces, and by has the labels that are kept.
func quantile(q, over, metric, selector, window, by string) string {
	le := "le"
	if by != "" {
		le = by + ", le"
	}
	return "histogram_quantile(" + q + ", sum by (" + le + ") (" + over + "(" + metric + "_bucket" + selector + "[" + window + "])))" +
		" or histogram_quantile(" + q + ", sum by (" + by + ") (" + over + "(" + metric + selector + "[" + window + "])))"
}
