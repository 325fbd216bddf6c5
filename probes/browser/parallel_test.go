package browser_test

import (
	"context"
	"sync"
	"testing"

	"github.com/outrider-monitor/outrider/examples/shop"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
)

// sameCheckout is the checkout in as few steps as it takes.
const sameCheckout = `
journey: checkout
every: 5m
secrets: {card: {env: TEST_CARD}}
steps:
  - goto: ${{ env.SHOP_URL }}/menu
  - click: css=a[href='/dishes/margherita']
  - click: Add to basket
    expect: text("testid=basket-count") == "1"
  - goto: ${{ env.SHOP_URL }}/checkout
  - fill_form: {Full name: Ada Byron, Address: 12 Arlington Lane, Postcode: N1 9GU}
  - fill: {label: Card number, frame: {title: Card payment}}
    with: ${{ secrets.card }}
  - fill: {label: Expiry, frame: {title: Card payment}}
    with: 12/30
  - fill: {label: CVC, frame: {title: Card payment}}
    with: "123"
  - click: {role: button, name: Place order}
  - see: Order confirmed
    save: {order: text("testid=order-number")}
`

func parseOne(t testing.TB, src string) *journeys.Journey {
	t.Helper()
	js, err := format.Parse("bench.yaml", []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	return &js[0]
}

// TestAHundredRunsAtFourInParallelAllPass drives one browser with four runs at a time.
func TestAHundredRunsAtFourInParallelAllPass(t *testing.T) {
	if testing.Short() {
		t.Skip("a hundred runs")
	}
	s := startShop(t, shop.Options{})
	runner, j := shopRunner(s, startDriver(t, browser.Options{RecycleAfter: 30})), parseOne(t, sameCheckout)
	work := make(chan int)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for n := range work {
				if res := runner.Run(context.Background(), j, probes.Request{}); res.Outcome != probes.Passed || len(res.Attempts) != 1 {
					t.Errorf("run %d: %v at %q: %v", n, res.Outcome, res.Step, res.Failure)
					report(t, res)
				}
			}
		})
	}
	for n := range 100 {
		work <- n
	}
	close(work)
	all.Wait()
}
