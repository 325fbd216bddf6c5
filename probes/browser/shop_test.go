package browser_test

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
	"github.com/outrider-monitor/outrider/probes/httpcall"
)

// startShop serves the bundled shop until the test ends.
func startShop(t testing.TB, o shop.Options) *shop.Shop {
	t.Helper()
	s, err := shop.New(o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Run(ctx) }()
	t.Cleanup(func() { stop(); <-served })
	return s
}

// startDriver gives a browser of its own, closed when the test ends.
func startDriver(t testing.TB, o browser.Options) *browser.Driver {
	t.Helper()
	d, err := browser.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := d.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return d
}

// shopJourney reads one of the examples.
func shopJourney(t testing.TB, name string) journeys.Journey {
	t.Helper()
	file := "../../examples/journeys/" + name + ".yaml"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	src = bytes.Replace(src, []byte("every: 30s"), []byte("every: 5m"), 1)
	js, err := format.Parse(file, src)
	if err != nil {
		t.Fatal(err)
	}
	return js[0]
}

func shopRunner(s *shop.Shop, d *browser.Driver) *probes.Runner {
	env := map[string]string{"SHOP_URL": s.URL(), "TEST_CARD": "4242 4242 4242 4242", "SHOP_API_URL": s.APIURL()}
	return probes.NewRunner(probes.Options{
		Drivers: []probes.Driver{httpcall.New(), d}, UserAgent: "Outrider/1.0",
		Env: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
	})
}

func TestTheExamplesCheckoutPassesInBothBrowsers(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"chromium-headless-shell", "chromium"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			checkout(t, browser.Options{ExecPath: path})
		})
	}
}

func checkout(t *testing.T, o browser.Options) {
	s := startShop(t, shop.Options{})
	runner := shopRunner(s, startDriver(t, o))
	j := shopJourney(t, "checkout")
	res := runner.Run(context.Background(), &j, probes.Request{})
	report(t, res)
	if !res.Outcome.Good() { // a loaded machine may take longer than the budget
		t.Fatal(res.Outcome)
	}
}

func report(t testing.TB, res probes.Result) {
	t.Helper()
	for _, a := range res.Attempts {
		for _, st := range a.Steps {
			t.Logf("%-28s %-10s %v", st.Name, st.Status, st.Duration.Round(time.Millisecond/10))
			if st.Failure != nil {
				t.Logf("  %s: %s", st.Failure.Reason, st.Failure.Message)
			}
		}
		if a.Evidence != nil {
			for _, c := range a.Evidence.Console {
				t.Log("  console", c.Level, c.Text, c.Source)
			}
			for _, r := range a.Evidence.Requests {
				t.Log("  request", r.Method, r.URL, r.Status, r.Error)
			}
		}
	}
}
