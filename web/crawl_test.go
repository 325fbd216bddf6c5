package web_test

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// share reads a share of the width such as 12.345%.
func share(t testing.TB, s *goquery.Selection, name string) float64 {
	t.Helper()
	text, _ := s.Attr(name)
	n, err := strconv.ParseFloat(strings.TrimSuffix(text, "%"), 64)
	if err != nil {
		t.Fatalf("%s is %q: %v", name, text, err)
	}
	return n
}

// crawl visits every page that can be reached from the first one, and calls see for each.
func (w *world) crawl(t *testing.T, see func(path string, doc *goquery.Document)) (visited []string) {
	t.Helper()
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		rec := w.get(t, path)
		if rec.Code != http.StatusOK {
			t.Errorf("a link leads to %s, which answers %d", path, rec.Code)
			continue
		}
		visited = append(visited, path)
		if !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
			continue
		}
		doc, err := goquery.NewDocumentFromReader(rec.Body)
		if err != nil {
			t.Fatal(err)
		}
		see(path, doc)
		doc.Find("[href], [src]").Each(func(_ int, s *goquery.Selection) {
			for _, name := range []string{"href", "src"} {
				to, _ := s.Attr(name)
				// The sprite's parts are on the page itself; /metrics is the monitor's.
				if !strings.HasPrefix(to, "/") || to == "/metrics" || seen[to] {
					continue
				}
				seen[to] = true
				queue = append(queue, to)
			}
		})
	}
	return visited
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	w := broken(t)
	visited := w.crawl(t, func(path string, doc *goquery.Document) {
		doc.Find("a[href^='#'], use").Each(func(_ int, s *goquery.Selection) {
			to, _ := s.Attr("href")
			if doc.Find(to).Length() != 1 {
				t.Errorf("%s: %s is there %d times", path, to, doc.Find(to).Length())
			}
		})
	})
	for _, want := range []string{"/incidents", "/journeys/browse", "/runs/" + lastCheckout, "/runs/" + lastCheckout + "/artifacts/attempt-1.jpeg",
		"/incidents/" + w.store.OpenIncidents()[0].ID, "/api/v1/journeys", "/api/v1/runs/" + lastCheckout} {
		if !slices.Contains(visited, want) {
			t.Errorf("no link leads to %s", want)
		}
	}
	if len(visited) < 100 {
		t.Errorf("%d pages were visited, which is too few to believe", len(visited))
	}
}

func TestEveryTimeIsInUTCWithAHint(t *testing.T) {
	w := broken(t)
	clock := regexp.MustCompile(`\d UTC$`)
	hint := regexp.MustCompile(`^(now|in \d+ (s|min|h|days)|\d+ (s|min|h|days) ago)$`)
	times := 0
	w.crawl(t, func(path string, doc *goquery.Document) {
		doc.Find("time").Each(func(_ int, s *goquery.Selection) {
			times++
			at, _ := s.Attr("datetime")
			if parsed, err := time.Parse(time.RFC3339, at); err != nil || !strings.HasSuffix(at, "Z") || parsed.IsZero() {
				t.Errorf("%s: datetime is %q (%v)", path, at, err)
			}
			if full, _ := s.Attr("title"); !strings.HasSuffix(full, " UTC") {
				t.Errorf("%s: the title of a time is %q", path, full)
			}
			if text := s.Text(); !clock.MatchString(text) && !hint.MatchString(text) {
				t.Errorf("%s: a time reads %q", path, text)
			}
		})
		for _, fact := range []string{"Last run", "Last passed", "Next run", "Started", "Since"} {
			doc.Find(".facts dt").FilterFunction(func(_ int, dt *goquery.Selection) bool { return dt.Text() == fact }).Each(func(_ int, dt *goquery.Selection) {
				if text := dt.Next().Text(); !strings.Contains(text, "ago") && !strings.Contains(text, "in ") && !strings.Contains(text, "now") {
					t.Errorf("%s: %s says %q, without how long ago", path, fact, text)
				}
			})
		}
	})
	if times < 400 {
		t.Errorf("%d times were seen", times)
	}
}

// What a screen reader, and a browser that is told to trust no inline code, need of each page.
func TestEveryPageIsAccessibleAndHasNothingInline(t *testing.T) {
	w := broken(t)
	w.crawl(t, func(path string, doc *goquery.Document) {
		for selector, want := range map[string]int{"html[lang]": 1, "main": 1, "header": 1, "footer": 1, "nav[aria-label=Main]": 1, "h1": 1, "title": 1,
			"a.skip[href='#main']": 1, "[style]": 0, "style": 0, "script:not([src])": 0, "script[type]": 0, "img:not([alt]), img[alt='']": 0,
			"th:not([scope])": 0, "table:not(:has(thead))": 0, "a:not([href])": 0, "[onclick],[onload],[onerror]": 0} {
			if n := doc.Find(selector).Length(); n != want && !(selector == "title" && n > want) {
				t.Errorf("%s: %d of %s, want %d", path, n, selector, want)
			}
		}
		ids := map[string]bool{}
		doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
			id, _ := s.Attr("id")
			if ids[id] {
				t.Errorf("%s: the id %q is there twice", path, id)
			}
			ids[id] = true
		})
		doc.Find("[aria-labelledby]").Each(func(_ int, s *goquery.Selection) {
			if id, _ := s.Attr("aria-labelledby"); !ids[id] {
				t.Errorf("%s: is labelled by %q, which is not there", path, id)
			}
		})
		doc.Find("a").Each(func(_ int, s *goquery.Selection) {
			label, _ := s.Attr("aria-label")
			alt, _ := s.Find("img").Attr("alt")
			if squeeze(s.Text())+label+alt == "" {
				t.Errorf("%s: a link without words", path)
			}
		})
		if path != "/" && doc.Find("[data-live]:not([id])").Length() > 0 {
			t.Errorf("%s: a live part without an id is never refreshed", path)
		}
	})
}
