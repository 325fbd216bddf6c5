package browser

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func downloading(t *testing.T) *zoo {
	z := newZoo(t)
	file := func(path, name, body string) {
		z.mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Disposition", "attachment; filename="+name)
			fmt.Fprint(w, body)
		})
	}
	file("/receipt", "receipt-17.csv", "dish,price\nMargherita,9.50\n")
	file("/picture", "dish.bin", "\xff\xfe\x00binary")
	z.mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=endless.bin")
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	z.mux.HandleFunc("/broken-file", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Disposition", "attachment; filename=half.bin")
		w.Header().Set("Content-Length", "1000000")
		_, _ = w.Write(make([]byte, 1000))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	z.mux.HandleFunc("/files", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, `<title>Files</title><h1>Files</h1><a href=/receipt>Receipt</a> <a href=/picture>Picture</a> <a href=/endless>Endless</a>
<a href=/broken-file>Half</a> <a href=/receipt target=_blank>In a new tab</a>
<button onclick="const a = document.createElement('a'); a.download = 'made.txt'; a.href = window.URL.createObjectURL(new Blob(['made here'])); a.click()">Make one</button>`)
	})
	return z
}

func TestWhatIsDownloadedIsLookedInto(t *testing.T) {
	t.Parallel()
	dir := ""
	t.Cleanup(func() { // after the session has been closed
		if _, err := os.Stat(dir); err == nil {
			t.Error("the folder is left")
		}
	})
	v := visit(t, downloading(t), `
  - goto: ZOO/files
  - click: Receipt
    download: receipt-*.csv
    expect:
      - download.name == "receipt-17.csv" and download.size == 27
      - download.text contains "Margherita,9.50"
      - download.sha256 == sha256("dish,price\nMargherita,9.50\n")
      - title == "Files" and download.url endsWith "/receipt"
  - click: Make one
    download: true
    expect: download.text == "made here"
  - click: Picture
    download: {name: dish.bin, max: 1KB}
    expect: (download.text ?? "none") == "none"
  - click: In a new tab
    download: true
    expect: download.name == "receipt-17.csv"
`)
	v.pass()
	dir = v.s.tab.window.downloads.Dir
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("files are left: %q", left)
	}
}

func TestADownloadThatIsNotAsExpectedFails(t *testing.T) {
	t.Parallel()
	z := downloading(t)
	for name, c := range map[string]struct {
		step   string
		reason probes.Reason
		words  string
	}{
		"none":      {"click: Files\n    download: true", probes.Assertion, "nothing was downloaded"},
		"another":   {"click: Receipt\n    download: invoice-*", probes.Assertion, `"invoice-*" was downloaded, but ["receipt-17.csv"]`},
		"too large": {"click: Endless\n    download: {max: 1MB}", probes.Assertion, `"endless.bin" is larger than 1000000 bytes`},
		"half":      {"click: Half\n    download: true", probes.Navigation, `"half.bin" broke off`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visit(t, z, "  - goto: ZOO/files\n  - "+c.step).fail(c.reason, c.words)
		})
	}
}
