package shop_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"github.com/outrider-monitor/outrider/examples/shop"
)

// meaning lists what a page is to people and to test ids, in its order: roles with their names, labels, texts. It leaves
// out how the page says it: tags, classes, ids, nesting.
func meaning(t *testing.T, page string) []string {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]string{"h1": "heading 1", "h2": "heading 2", "main": "main", "nav": "navigation", "ul": "list",
		"li": "listitem", "article": "article", "a": "link", "button": "button", "iframe": "frame", "img": "img", "select": "combobox"}
	labels := map[string]string{}
	var list []string
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		role := roles[n.Data]
		switch {
		case attr["role"] == "heading":
			role = "heading " + attr["aria-level"]
		case attr["role"] != "":
			role = attr["role"]
		case n.Data == "input" && attr["type"] == "submit":
			role = "button"
		case n.Data == "input":
			role = "textbox"
		}
		switch {
		case n.Type == html.TextNode && strings.TrimSpace(n.Data) != "":
			list = append(list, "text "+strings.TrimSpace(n.Data))
		case n.Data == "script" || n.Data == "style":
			return
		case n.Data == "label":
			labels[attr["for"]] = strings.TrimSpace(n.FirstChild.Data)
		case role != "":
			name := attr["aria-label"] + attr["alt"] + attr["title"] + labels[attr["id"]]
			list = append(list, strings.TrimSpace(role+" "+name))
		}
		if v := attr["data-testid"]; v != "" {
			list = append(list, "testid "+v)
		}
		if n.Data == "input" && attr["type"] == "submit" {
			list = append(list, "text "+attr["value"])
		}
		for child := range n.ChildNodes() {
			walk(child)
		}
	}
	walk(doc)
	return list
}

func TestOtherMarkupMeansTheSame(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{StageDuration: 1 << 40})
	c := visit(t, s)
	id := c.orderCash().ID
	c.fillBasket()
	for _, url := range []string{"/menu", "/dishes/margherita", "/basket", "/checkout", "/orders/" + id, "/orders/" + id + "/tracking"} {
		if err := s.Mend(); err != nil {
			t.Fatal(err)
		}
		usual := c.page(url)
		if err := s.Break("other-markup"); err != nil {
			t.Fatal(err)
		}
		other := c.page(url)
		if diff := cmp.Diff(meaning(t, usual), meaning(t, other)); diff != "" {
			t.Errorf("%s means something else (-usual +other):\n%s", url, diff)
		}
		for _, old := range []string{`class="s-`, `<h1 `, `<main `, `<ul `, `<button type="submit"`} {
			if strings.Contains(other, old) {
				t.Errorf("%s still has %q", url, old)
			}
		}
		if meant := meaning(t, usual); len(meant) < 15 || !slices.ContainsFunc(meant, func(m string) bool { return strings.HasPrefix(m, "heading 1") }) {
			t.Errorf("%s means nearly nothing: the test is blind: %q", url, meant)
		}
	}
}

func TestTheStylesheetFollowsTheOtherMarkup(t *testing.T) {
	t.Parallel()
	s := open(t, shop.Options{})
	c := visit(t, s)
	usual := c.page("/static/shop.css")
	if err := s.Break("other-markup"); err != nil {
		t.Fatal(err)
	}
	other := c.page("/static/shop.css")
	if !strings.Contains(usual, ".s-card ") || strings.Contains(other, ".s-card ") || !strings.Contains(other, ".zx-card ") {
		t.Error("the classes of the stylesheet are not those of the pages")
	}
}
