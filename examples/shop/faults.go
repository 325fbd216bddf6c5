package shop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/outrider-monitor/outrider/examples/shop/atomicfile"
)

// Kind tells faults that a customer suffers from those that only look like it.
type Kind string

// The kinds of fault.
const (
	KindDefect Kind = "defect" // a journey that meets it must fail
	KindNoise  Kind = "noise"  // every journey must still pass
)

// A Defect is one way in which the shop can be broken on purpose, or made noisy.
type Defect struct {
	Name   string `json:"name"`
	Kind   Kind   `json:"kind"`
	Effect string `json:"effect"` // what a customer meets, in one sentence
	Active bool   `json:"active"`
}

const (
	orderAPI500       = "order-api-500"
	orderAPI200Error  = "order-api-200-error"
	priceOffByAPenny  = "price-off-by-a-penny"
	basketStaysEmpty  = "basket-stays-empty"
	buttonCovered     = "button-covered"
	buttonDisabled    = "button-disabled"
	buttonMissing     = "button-missing"
	paymentFrameDown  = "payment-frame-down"
	scriptError       = "script-error"
	pageSlow          = "page-slow"
	connectionReset   = "connection-reset"
	redirectLoop      = "redirect-loop"
	orderStuck        = "order-stuck"
	wrongOrderTracked = "wrong-order-tracked"
	alertBlocks       = "alert-blocks"
	maintenancePage   = "maintenance-page"
	certExpired       = "certificate-expired"

	favicon404        = "favicon-404"
	analyticsHangs    = "analytics-hangs"
	consoleWarnings   = "console-warnings"
	layoutShift       = "layout-shift"
	animatedButton    = "animated-button"
	cookieBanner      = "cookie-banner"
	threeTimesSlower  = "three-times-slower"
	otherMarkup       = "other-markup"
	unknownFaultLimit = 3 // names offered when one is misspelt
)

// knownFaults lists every fault, in the order in which people are shown them.
func knownFaults() []Defect {
	defect := func(name, effect string) Defect { return Defect{Name: name, Kind: KindDefect, Effect: effect} }
	noise := func(name, effect string) Defect { return Defect{Name: name, Kind: KindNoise, Effect: effect} }
	return []Defect{
		defect(orderAPI500, "The order API answers 500 to everything; the checkout says that the order could not be placed."),
		defect(orderAPI200Error, "The order API answers 200, but the body is an error and there is no order."),
		defect(priceOffByAPenny, "The menu and the dish pages ask a penny more than the price list; the bill stays right."),
		defect(basketStaysEmpty, "“Add to basket” answers as if it had worked, and the basket stays empty."),
		defect(buttonCovered, "A chat box lies over the “Place order” button and takes its clicks."),
		defect(buttonDisabled, "The “Place order” button is there, but disabled."),
		defect(buttonMissing, "The “Place order” button never appears."),
		defect(paymentFrameDown, "The payment provider closes the connection, so the card fields do not load."),
		defect(scriptError, "Submitting the checkout throws a script error and nothing more happens."),
		defect(pageSlow, "The menu takes twenty seconds."),
		defect(connectionReset, "The connection is reset in the middle of the menu and dish pages."),
		defect(redirectLoop, "The tracking page redirects to itself for ever."),
		defect(orderStuck, "Orders never leave “received”."),
		defect(wrongOrderTracked, "The tracking page shows somebody else's order."),
		defect(alertBlocks, "Submitting the checkout opens an alert() and the order is not sent."),
		defect(maintenancePage, "Every page answers 200 with a maintenance text; the API still works."),
		defect(certExpired, "The certificate of the HTTPS API expired yesterday."),

		noise(favicon404, "The favicon is missing."),
		noise(analyticsHangs, "The analytics host accepts connections and never answers: the load event waits for it."),
		noise(consoleWarnings, "Every page writes warnings and an error of a third party to the console."),
		noise(layoutShift, "Late banners push the page down while it is being used."),
		noise(animatedButton, "The buttons slide in, then pulse without end."),
		noise(cookieBanner, "A cookie banner lies over the page until “Accept cookies” is pressed."),
		noise(threeTimesSlower, "Every page and API answer takes three times as long as usual."),
		noise(otherMarkup, "The same pages in other tags, classes, ids and nesting: what people see, roles and labels stay."),
	}
}

// An UnknownFaultError says that no fault has this name, and which have one like it.
type UnknownFaultError struct {
	Name    string
	Similar []string
}

// Error implements error.
func (e *UnknownFaultError) Error() string {
	if len(e.Similar) == 0 {
		return fmt.Sprintf("no fault is called %q (GET /defects lists them)", e.Name)
	}
	return fmt.Sprintf("no fault is called %q (did you mean %s?)", e.Name, strings.Join(e.Similar, ", "))
}

// faults is the set of active faults, kept in a file when there is one.
type faults struct {
	mu     sync.RWMutex
	file   string
	known  []Defect
	active map[string]bool
}

// loadFaults reads the active faults from a file that may not exist yet; no file name keeps them in memory only.
func loadFaults(file string) (*faults, error) {
	f := &faults{file: file, known: knownFaults(), active: map[string]bool{}}
	if file == "" {
		return f, nil
	}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the active faults: %w", err)
	}
	var names []string
	if err := json.Unmarshal(data, &names); err != nil {
		return nil, fmt.Errorf("reading the active faults from %q: %w (delete the file to start whole)", file, err)
	}
	for _, name := range names {
		if err := f.check(name); err != nil {
			return nil, fmt.Errorf("reading the active faults from %q: %w", file, err)
		}
		f.active[name] = true
	}
	return f, nil
}

func (f *faults) is(name string) bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return f.active[name]
}

// snapshot gives the active faults by name; a page is rendered from one snapshot.
func (f *faults) snapshot() map[string]bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	all := make(map[string]bool, len(f.active))
	for name := range f.active {
		all[name] = true
	}
	return all
}

func (f *faults) list() []Defect {
	active := f.snapshot()
	all := slices.Clone(f.known)
	for i := range all {
		all[i].Active = active[all[i].Name]
	}
	return all
}

// set switches faults and gives the names of those that changed. The file is written first: what was answered to
// whoever broke the shop survives a crash.
func (f *faults) set(active bool, names ...string) ([]string, error) {
	for _, name := range names {
		if err := f.check(name); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	next := make(map[string]bool, len(f.active)+len(names))
	for name := range f.active {
		next[name] = true
	}
	var changed []string
	for _, name := range names {
		if next[name] == active {
			continue
		}
		changed = append(changed, name)
		if active {
			next[name] = true
		} else {
			delete(next, name)
		}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	if err := f.save(next); err != nil {
		return nil, err
	}
	f.active = next
	return changed, nil
}

func (f *faults) save(active map[string]bool) error {
	if f.file == "" {
		return nil
	}
	names := []string{}
	for _, d := range f.known {
		if active[d.Name] {
			names = append(names, d.Name)
		}
	}
	data, err := json.Marshal(names)
	if err == nil {
		err = atomicfile.Write(f.file, append(data, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("remembering the active faults: %w", err)
	}
	return nil
}

func (f *faults) check(name string) error {
	var similar []string
	for _, d := range f.known {
		if d.Name == name {
			return nil
		}
		for word := range strings.SplitSeq(name, "-") {
			if len(word) > 2 && strings.Contains(d.Name, word) && len(similar) < unknownFaultLimit {
				similar = append(similar, d.Name)
				break
			}
		}
	}
	return &UnknownFaultError{Name: name, Similar: similar}
}
