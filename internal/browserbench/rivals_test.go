package browserbench

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/outrider-monitor/outrider/internal/cdpbaseline"
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/format"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/browser"
	"github.com/outrider-monitor/outrider/probes/browser/chrome"
)

// card is a number that the shop's payment provider accepts.
const card = "4242 4242 4242 4242"

// sameCheckout does what cdpbaseline.Checkout and playwright.mjs do, step by step.
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

// rival is one way to run the journey. run may be called by several goroutines.
type rival interface {
	run() error
	// roots are the processes that belong to it, with all below them.
	roots() []int
	// driver is the process that drives the browser.
	driver() int
}

// program is the browser that all rivals use.
func program(t testing.TB) string {
	t.Helper()
	p, err := chrome.FindProgram(os.Getenv("BENCH_BROWSER"))
	if err != nil {
		t.Fatal(err)
	}
	return p.Path
}

// baseline is the journey written by hand.
type baseline struct {
	b  *cdpbaseline.Browser
	at addresses
}

func startBaseline(t testing.TB, at addresses) *baseline {
	t.Helper()
	cmd, remove, err := chrome.CommandLine(chrome.Options{ExecPath: program(t)})
	if err != nil {
		t.Fatal(err)
	}
	runtime.LockOSThread() // the browser dies with the thread that started it
	b, err := cdpbaseline.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = b.Close()
		_ = remove()
		runtime.UnlockOSThread()
	})
	return &baseline{b, at}
}

func (r *baseline) run() error {
	_, err := r.b.Checkout(r.at.Shop, r.at.Payment, card)
	return err
}

func (r *baseline) roots() []int { return []int{os.Getpid(), r.b.Pid()} }
func (r *baseline) driver() int  { return os.Getpid() }

// outrider is ours, as the monitor runs it.
type outrider struct {
	d      *browser.Driver
	runner *probes.Runner
	j      *journeys.Journey
	not    []int
	env    func(string) (string, bool)
}

// startOutrider starts ours; not are the children of this process that are others'.
func startOutrider(t testing.TB, at addresses, o browser.Options, not ...int) *outrider {
	t.Helper()
	o.ExecPath = program(t)
	d, err := browser.New(o)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newOutrider(d, at, append(not, at.PID)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.close(t) })
	return r
}

// newOutrider makes ours with a driver.
func newOutrider(d *browser.Driver, at addresses, not ...int) (*outrider, error) {
	js, err := format.Parse("bench.yaml", []byte(sameCheckout))
	if err != nil {
		return nil, err
	}
	env := map[string]string{"SHOP_URL": at.Shop, "TEST_CARD": card}
	look := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	runner := probes.NewRunner(probes.Options{Drivers: []probes.Driver{d}, UserAgent: "Outrider/1.0", Env: look})
	return &outrider{d, runner, &js[0], not, look}, nil
}

// close ends the browser, before the benchmark does.
func (r *outrider) close(t testing.TB) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := r.d.Close(ctx); err != nil {
		t.Error(err)
	}
}

// run makes a run that must pass at once.
func (r *outrider) run() error {
	res := r.result()
	if res.Outcome != probes.Passed || len(res.Attempts) > 1 {
		return fmt.Errorf("%v after %d attempts at %q: %v", res.Outcome, len(res.Attempts), res.Step, res.Failure)
	}
	return nil
}

func (r *outrider) result() probes.Result {
	return r.runner.Run(context.Background(), r.j, probes.Request{})
}

// roots are this process and its browsers, of which there may be another one after each run.
func (r *outrider) roots() []int {
	list := []int{os.Getpid()}
	for pid, s := range processes() {
		if s.parent == os.Getpid() && !contains(r.not, pid) {
			list = append(list, pid)
		}
	}
	return list
}

func (r *outrider) driver() int { return os.Getpid() }
