package browser

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestWhatAHandDoesIsDone(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	for name, steps := range map[string]string{
		"type": `
  - type: {label: Search}
    with: erita
    delay: 30ms
    expect:
      - value("label=Search") == "margherita" and attr("css=body", "data-keys") == "erita"
      - text("testid=found") == "Margherita"`,
		"type lines":          "\n  - type: {label: Notes}\n    with: \"\\ntwo\"\n    expect: value(\"label=Notes\") == \"one\\ntwo\"",
		"type and send":       "\n  - type: label=Search\n    with: \"erita\\n\"\n  - see: sent margherita",
		"type mail":           "\n  - type: {label: Mail}\n    with: \"@shop.example\"\n    expect: value(\"label=Mail\") == \"ada@shop.example\"",
		"type a letter":       "\n  - type: {css: \"#letter\"}\n    with: \" Ada, ü\"\n    expect: text(\"css=#letter\") == \"Dear Ada, ü\"",
		"type over fields":    "\n  - type: {label: Code, exact: true}\n    with: \"12\"\n    expect: value(\"css=#c1\") == \"1\" and value(\"css=#c2\") == \"2\"",
		"select several":      "\n  - select: {label: Toppings}\n    with: [basil, cap]\n    expect: count(\"css=option:checked\") == 2 and count(\"css=option:nth-child(3):checked\") == 0",
		"drag":                "\n  - drag: testid=card\n    to: testid=basket\n    expect: text(\"testid=out\") == \"dropped trusted\" and text(\"testid=basket\") contains \"Card\"",
		"drag out of sight":   "\n  - drag: testid=stamp\n    to: testid=attic\n    expect: text(\"testid=attic\") contains \"Stamp\"",
		"drag with the mouse": "\n  - drag: testid=puck\n    to: testid=net\n    expect: text(\"testid=out\") == \"goal\"",
	} {
		t.Run(name, func(t *testing.T) { t.Parallel(); visit(t, z, "  - goto: ZOO/deeds.html"+steps).pass() })
	}
}

func TestWhatAHandCannotDoFailsInWords(t *testing.T) {
	t.Parallel()
	on := func(step string) string { return "  - goto: ZOO/deeds.html\n  - " + step }
	checkFailures(t, []failing{
		{"deaf", on("type: label=Deaf\n    with: x"), probes.Locator, []string{"type label=Deaf: the keys changed nothing in it"}},
		{"a slow typist", on("type: label=Deaf\n    with: margherita\n    delay: 1s"), probes.Timeout, []string{"the step's time was over after", "of 10 characters, one each 1s"}},
		{"a date", on("type: label=Born\n    with: x"), probes.Locator, []string{"nothing can be typed into an input of type date: use fill"}},
		{"files", on("fill: label=Photo\n    with: x"), probes.Locator, []string{"it takes files: use upload"}},
		{"no such option", on("select: label=Toppings\n    with: [Basil, Ham]"), probes.Locator, []string{`no option "Ham"; there is "Basil", "Capers", "Olives"`}},
		{"not taken", on("drag: testid=card\n    to: testid=wall"), probes.Locator, []string{"drag testid=card: to testid=wall: it does not take what is dragged there"}},
		{"no goal", on("drag: testid=card\n    to: testid=basked"), probes.Locator, []string{`drag testid=card: to testid=basked: no element with the test id "basked"; there is a test id "basket"`}},
		{"nothing to drag", on("drag: testid=cart\n    to: testid=basket"), probes.Locator, []string{`no element with the test id "cart"; there is a test id "card"`}},
		{"no file", on("upload: label=Photo\n    files: no-such-file.jpg"), probes.Config, []string{"no-such-file.jpg"}},
		{"no chooser", on("upload: Chooses nothing\n    files: zoo_test.go"), probes.Locator, []string{"upload Chooses nothing: a click on it opened no file chooser"}},
		{"one file only", on("upload: label=Photo\n    files: [zoo_test.go, main_test.go]"), probes.Locator, []string{"upload label=Photo: it takes one file only"}},
		{"one file only in the chooser", on("upload: Choose a picture\n    files: [zoo_test.go, main_test.go]"), probes.Locator, []string{"its file chooser takes one file only"}},
	})
}

func TestFilesAreUploaded(t *testing.T) {
	t.Parallel()
	z := newZoo(t)
	z.mux.HandleFunc("POST /uploaded", func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			t.Error(err)
			return
		}
		var all []string
		for field, files := range r.MultipartForm.File {
			for _, h := range files {
				f, err := h.Open()
				if err != nil {
					t.Error(err)
					continue
				}
				content, _ := io.ReadAll(f)
				all = append(all, fmt.Sprintf("%s %s %s %q", field, h.Filename, h.Header.Get("Content-Type"), content))
			}
		}
		sort.Strings(all)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<title>Uploaded</title><p data-testid=got>%s</p>", strings.Join(all, "; "))
	})
	dir := t.TempDir()
	for name, content := range map[string]string{"door.txt": "red", "a.csv": "1,2", "b.csv": "3"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := strings.NewReplacer("DIR", dir)
	visit(t, z, at.Replace(`
  - goto: ZOO/deeds.html
  - upload: {label: Photo}
    files: DIR/door.txt
  - upload: {label: Papers}
    files: [DIR/a.csv, DIR/b.csv]
  - upload: Choose a picture
    files: DIR/door.txt
    expect: text("testid=out") == "picture door.txt 3 trusted"
  - upload: testid=avatar
    files: DIR/a.csv
    expect: text("testid=out") == "picture a.csv 3 trusted"
  - click: Send the files
  - see: testid=got
    expect: text("testid=got") == 'avatar a.csv text/csv "1,2"; papers a.csv text/csv "1,2"; papers b.csv text/csv "3"; photo door.txt text/plain "red"'
  - goto: ZOO/deeds.html
  - upload: Choose papers
    files: [DIR/a.csv, DIR/b.csv]
    expect: text("testid=out") == "2 papers"
`)).pass()
}
