package extract_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys/extract"
)

const page = `<!doctype html><html><body><h1> The
  Menu </h1><ul><li class=dish id=a>Margherita <b>12.50</b></li><li class="dish hot" id=b>Diavola</li></ul>
<a class=next href="/page/2">Next</a><form><input name=csrf value=t0k></form></body></html>`

const feed = `<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">
<s:Body><Order id="7"><Total currency="EUR">12.00</Total><empty/><Note>a &amp; b</Note></Order></s:Body></s:Envelope>`

func find(t *testing.T, text, kind, query string) string {
	t.Helper()
	m, err := extract.ParseMarkup(text)
	if err != nil {
		t.Fatal(err)
	}
	if kind == "css" {
		query, attribute, _ := strings.Cut(query, "@")
		s, err := extract.CompileCSS(query)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%q", s.Find(m, attribute))
	}
	x, err := extract.CompileXPath(query)
	if err != nil {
		t.Fatal(err)
	}
	found, err := x.Find(m)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%q", fmt.Sprint(found))
}

func TestValuesAreFoundInHTMLAndXML(t *testing.T) {
	for _, c := range [][4]string{
		{page, "css", "h1", `["The Menu"]`},
		{page, "css", "li.dish", `["Margherita 12.50" "Diavola"]`},
		{page, "css", "li:not(.hot)", `["Margherita 12.50"]`},
		{page, "css", "a.next@href", `["/page/2"]`},
		{page, "css", "li@href", `[]`},
		{page, "css", ".gone", `[]`},
		{page, "xpath", "//h1", `"[The Menu]"`},
		{page, "xpath", "count(//li)", `"[2]"`},
		{page, "xpath", "//li/@id", `"[a b]"`},
		{page, "xpath", "//input[@name='csrf']/@value", `"[t0k]"`},
		{page, "xpath", "boolean(//table)", `"[false]"`},
		{page, "xpath", "string(//b)", `"[12.50]"`},
		{page, "xpath", "//table", `"[]"`},
		{feed, "xpath", "//Envelope/Body/Order/Total", `"[12.00]"`},
		{feed, "xpath", "//Total/@currency", `"[EUR]"`},
		{feed, "xpath", "//Order/*[last()]", `"[a & b]"`},
		{feed, "css", "Order > Total", `["12.00"]`},
		{feed, "css", "Order@id", `["7"]`},
		{`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>a</loc></url><url><loc>b</loc></url></urlset>`, "xpath", "//loc", `"[a b]"`},
	} {
		if got := find(t, c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%s %s: got %s, want %s", c[1], c[2], got, c[3])
		}
	}
}

func TestDocumentsThatCostTooMuchAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"deep HTML":    strings.Repeat("<div>", 100_000),
		"deep XML":     "<?xml version='1.0'?>" + strings.Repeat("<a>", 10_000),
		"endless XML":  "<?xml version='1.0'?><a>" + strings.Repeat("<b/>", 600_000) + "</a>",
		"endless HTML": "<p>" + strings.Repeat("<br>", 600_000),
		"entities":     `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "yyyy"><!ENTITY z "&x;&x;&x;">]><a>&z;</a>`,
		"broken XML":   `<?xml version="1.0"?><a><b></a>`,
		"nothing":      " \n",
	} {
		if _, err := extract.ParseMarkup(text); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func document(t testing.TB, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestValuesAreFoundInJSON(t *testing.T) {
	store := document(t, `{"items": [{"name": "Margherita", "price": 12.50, "tags": ["hot"]},
		{"name": "Diavola", "price": 14, "sold": true}], "id": 12345678901234567890, "none": null}`)
	for path, want := range map[string]string{
		"$.items[0].price":                 "[12.50]",
		"$.items[*].name":                  "[Margherita Diavola]",
		"$.items[-1].sold":                 "[true]",
		"$.items[?@.price > 13].name":      "[Diavola]",
		"$.items[?@.name=='Diavola'].sold": "[true]",
		"$..price":                         "[12.50 14]",
		"$.id":                             "[12345678901234567890]",
		"$.none":                           "[<nil>]",
		"$.missing":                        "[]",
		"$.items[0:1].tags[0]":             "[hot]",
	} {
		p, err := extract.CompileJSONPath(path)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		found, err := p.Find(store)
		if got := fmt.Sprint(found); err != nil || got != want {
			t.Errorf("%s: got %s (%v), want %s", path, got, err, want)
		}
	}
}

func TestASchemaSaysWhereAValueIsWrong(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("order.json", `{"type": "object", "required": ["id"], "properties": {"total": {"type": "number"}, "dish": {"$ref": "dish.json"}}}`)
	write("dish.json", `{"type": "object", "properties": {"price": {"minimum": 1}}}`)
	write("away.json", `{"$ref": "https://schemas.example/x.json"}`)
	order := extract.NewSchema("order.json")
	if err := order.Validate(dir, document(t, `{"id": 1, "total": 12.5, "dish": {"price": 2}}`)); err != nil {
		t.Error(err)
	}
	err := order.Validate(dir, document(t, `{"total": "12.5", "dish": {"price": 0}}`))
	if err == nil {
		t.Fatal("a wrong value is accepted")
	}
	for _, want := range []string{"json/total: got string, want number", "json/dish/price: ", "json: missing property 'id'"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	for _, name := range []string{"away.json", "missing.json", "."} {
		var unreadable *extract.UnreadableError
		if err := extract.NewSchema(name).Validate(dir, nil); !errors.As(err, &unreadable) {
			t.Errorf("%s: got %v, want an UnreadableError", name, err)
		}
	}
}

func FuzzMarkup(f *testing.F) {
	f.Add(page)
	f.Add(feed)
	f.Add("<svg><a xmlns='x'><![CDATA[y]]>")
	css, _ := extract.CompileCSS("li > :not(b), [href]")
	xpath, _ := extract.CompileXPath("//*[@id]/text() | //li")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 64<<10 {
			t.Skip()
		}
		m, err := extract.ParseMarkup(text)
		if err != nil {
			return
		}
		css.Find(m, "")
		if _, err := xpath.Find(m); err != nil {
			t.Error(err)
		}
	})
}

func FuzzJSONPath(f *testing.F) {
	f.Add("$.a[?@.b > 1 && length(@.c) < 3]..d", `{"a": [{"b": 2, "c": "xy", "d": [1]}]}`)
	f.Add("$[0:3:-1]['x','y'].*", `[{"x": 1}, {"y": null}]`)
	f.Fuzz(func(t *testing.T, path, text string) {
		if len(path) > 200 || len(text) > 4<<10 {
			t.Skip()
		}
		var v any
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.UseNumber()
		if decoder.Decode(&v) != nil {
			return
		}
		p, err := extract.CompileJSONPath(path)
		if err != nil {
			return
		}
		_, _ = p.Find(v)
	})
}
