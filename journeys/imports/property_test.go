package imports

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"github.com/outrider-monitor/outrider/journeys/format"
)

// nasty are texts that break careless writers of YAML, expressions, locators and URLs.
func nasty() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"", " ", "on", "010", "1e3", "null", "~", "- a", "a: b", "#x", "x #y", "${{ secrets.x }}", "$${{", "}}", "${{", `"`, "'", "\\", "a\nb", "\t", "\x00",
			"aria/", "aria/Buy", `aria/Buy[role="button"]`, `aria/[role="moon"]`, "text/", "text/Über", "xpath/", "xpath//a[", "pierce/a[", "css=[", "role=x", "nth=1",
			"[data-testid='x']", "https://shop.example/a?token=1", "http://[::1]:80/%zz", "javascript:alert(1)", "password", "{a", "*x", "&x", "!x", "%", "@", "`", "=",
			"\U000F0001", "\ufeff", "\u2028", "?", "|", ">", "<<", "Control", "Enter", "a.b", "::", "select", "é",
		}),
		rapid.String(),
	)
}

func asJSON(t *rapid.T, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func sound(t *rapid.T, src []byte, read importer) {
	res, err := read(src, Options{Name: nasty().Draw(t, "name"), Team: nasty().Draw(t, "team")})
	if err != nil {
		t.Fatalf("%v\nof\n%s", err, src)
	}
	if _, err := format.Parse("imported.yaml", res.YAML); err != nil {
		t.Fatalf("%v\nin\n%s", err, res.YAML)
	}
}

func TestEveryRecordingBecomesAJourneyThatPassesTheCheck(t *testing.T) {
	kinds := rapid.SampledFrom([]string{
		"navigate", "setViewport", "click", "doubleClick", "hover", "change", "keyDown", "keyUp", "scroll", "waitForElement", "waitForExpression",
		"emulateNetworkConditions", "close", "customStep", "other",
	})
	selectors := rapid.SliceOfN(rapid.SliceOfN(nasty(), 1, 2), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		var steps []map[string]any
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			step := map[string]any{
				"type": kinds.Draw(t, "type"), "url": nasty().Draw(t, "url"), "value": nasty().Draw(t, "value"), "key": nasty().Draw(t, "key"),
				"selectors": selectors.Draw(t, "selectors"), "frame": rapid.SliceOfN(rapid.IntRange(-1, 3), 0, 2).Draw(t, "frame"),
				"expression": nasty().Draw(t, "expression"), "operator": rapid.SampledFrom([]string{"", "==", ">=", "<=", "!"}).Draw(t, "operator"),
				"count": rapid.Float64Range(-1, 4).Draw(t, "count"), "width": rapid.Float64Range(0, 20000).Draw(t, "width"), "height": 800,
				"timeout": rapid.Float64Range(-1, 1e6).Draw(t, "timeout"), "button": rapid.SampledFrom([]string{"", "primary", "secondary", "back"}).Draw(t, "button"),
				"attributes":     map[string]string{nasty().Draw(t, "attribute"): nasty().Draw(t, "its value")},
				"assertedEvents": []any{map[string]string{"type": "navigation", "url": nasty().Draw(t, "event"), "title": nasty().Draw(t, "title")}},
			}
			if rapid.Bool().Draw(t, "real address") {
				step["url"] = "https://shop.example/" + nasty().Draw(t, "path")
			}
			steps = append(steps, step)
		}
		sound(t, asJSON(t, map[string]any{"title": nasty().Draw(t, "title"), "steps": steps}), Recorder)
	})
}

func TestEveryHARFileBecomesAJourneyThatPassesTheCheck(t *testing.T) {
	pairs := func(t *rapid.T, what string) []map[string]string {
		var all []map[string]string
		for range rapid.IntRange(0, 3).Draw(t, what) {
			all = append(all, map[string]string{"name": nasty().Draw(t, "name"), "value": nasty().Draw(t, "value")})
		}
		return all
	}
	request := func(t *rapid.T) map[string]any {
		text := nasty().Draw(t, "text")
		if rapid.Bool().Draw(t, "valid") {
			text = string(asJSON(t, map[string]any{nasty().Draw(t, "key"): []any{nasty().Draw(t, "item"), 1.5, nil, map[string]any{nasty().Draw(t, "inner"): true}}}))
		}
		return map[string]any{
			"method": rapid.SampledFrom([]string{"GET", "POST", "PUT", "HEAD", "OPTIONS", "FOO"}).Draw(t, "method"),
			"url":    "https://shop.example/" + nasty().Draw(t, "path") + "?" + nasty().Draw(t, "query"), "headers": pairs(t, "headers"),
			"postData": map[string]any{"mimeType": rapid.SampledFrom([]string{"application/json", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"}).Draw(t, "mime"),
				"text": text, "params": pairs(t, "params")},
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		// One exchange that can surely be carried over, so that there is always a journey.
		entries := []map[string]any{{
			"request":  map[string]any{"method": "GET", "url": "https://shop.example/"},
			"response": map[string]any{"status": 200, "content": map[string]any{"mimeType": "text/html"}},
		}}
		for range rapid.IntRange(0, 6).Draw(t, "entries") {
			entries = append(entries, map[string]any{"request": request(t), "response": map[string]any{
				"status": rapid.IntRange(-1, 700).Draw(t, "status"), "redirectURL": nasty().Draw(t, "redirect"),
				"content": map[string]any{"mimeType": rapid.SampledFrom([]string{"application/json", "text/html", "image/png", ""}).Draw(t, "answer")},
			}})
		}
		sound(t, asJSON(t, map[string]any{"log": map[string]any{"pages": []any{map[string]string{"title": nasty().Draw(t, "title")}}, "entries": entries}}), HAR)
	})
}
