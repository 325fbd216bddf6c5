package imports

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/internal/golden"
	"github.com/outrider-monitor/outrider/journeys/format"
)

type importer func(src []byte, o Options) (Result, error)

func importers() map[string]importer {
	return map[string]importer{"recorder": Recorder, "har": HAR, "blackbox": Blackbox, "gatus": Gatus}
}

func TestWhatOthersWroteBecomesTheseJourneys(t *testing.T) {
	for kind, read := range importers() {
		files, err := filepath.Glob("testdata/" + kind + "/*.[jyh]*[nlr]")
		if err != nil || len(files) == 0 {
			t.Fatalf("no files for %s: %v", kind, err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			res, err := read(src, Options{})
			if err != nil {
				got = "error: " + err.Error() + "\n"
			} else {
				got = string(res.YAML)
				for _, n := range res.Notes {
					got += "note: " + n.String() + "\n"
				}
			}
			golden.File(t, file+".out", got)
			for _, secret := range []string{"hunter2", "4242424242424242", "s3cr3t", "pass@"} {
				if strings.Contains(got, secret) {
					t.Errorf("%s: %q was carried over", file, secret)
				}
			}
		}
	}
}

func TestPrometheusKnowsTheTargetsOfAModule(t *testing.T) {
	prometheus, err := os.ReadFile("testdata/prometheus.yml")
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile("testdata/blackbox/blackbox.yml")
	if err != nil {
		t.Fatal(err)
	}
	res, err := Blackbox(src, Options{Prometheus: prometheus, Team: "web"})
	if err != nil {
		t.Fatal(err)
	}
	js, err := format.Parse("x.yaml", res.YAML)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, j := range js[:3] {
		got = append(got, j.Name+" "+j.Schedule.Every.String()+" "+j.Vars[0].Value.Source+" "+j.Team)
	}
	want := []string{
		"http-2xx-shop-example 1m0s https://shop.example/ web", "http-2xx-example-com 1m0s http://example.com web",
		"http-2xx-shop-example-2 1m0s https://shop.example/ web",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// accepted wants what came of an import to pass the check; an error is an answer too.
func accepted(t *testing.T, src []byte, read importer) {
	t.Helper()
	res, err := read(src, Options{})
	if err != nil {
		if strings.Contains(err.Error(), "cannot be made a journey") {
			t.Errorf("%v\nof\n%s", err, src)
		}
		return
	}
	if _, err := format.Parse("imported.yaml", res.YAML); err != nil {
		t.Errorf("%v\nin\n%s", err, res.YAML)
	}
}

// fuzz feeds an importer with its examples and what comes of them.
func fuzz(f *testing.F, kind string, read importer) {
	files, _ := filepath.Glob("testdata/" + kind + "/*")
	for _, file := range files {
		if src, err := os.ReadFile(file); err == nil && !strings.HasSuffix(file, ".out") {
			f.Add(src)
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) { accepted(t, src, read) })
}

func FuzzBlackbox(f *testing.F) { fuzz(f, "blackbox", Blackbox) }
func FuzzGatus(f *testing.F)    { fuzz(f, "gatus", Gatus) }
func FuzzHAR(f *testing.F)      { fuzz(f, "har", HAR) }
func FuzzRecorder(f *testing.F) { fuzz(f, "recorder", Recorder) }
