package examples_test

import "github.com/outrider-monitor/outrider/probes"

// A cell is what is right for one journey under one fault. The zero cell is a pass.
type cell struct {
	step   string
	reason probes.Reason
}

func (c cell) String() string {
	if c == (cell{}) {
		return "pass"
	}
	return string(c.reason) + " at " + c.step
}

// A row is one fault of the shop and what each journey must make of it.
type row struct {
	fault                   string
	browse, checkout, track cell
}

// accuracyTable was written down before any of it was measured. A defect fails the journeys that it touches, at the
// step that touches it and for the reason a customer would give; the others pass. Under noise all pass. Who wants to
// change a cell says why a customer would judge differently, not that the program does.
func accuracyTable() []row {
	var pass cell
	at := func(step string, reason probes.Reason) cell { return cell{step, reason} }
	const (
		openMenu = "Open the menu"
		place    = "Place the order"
		order    = "Order a dinner"
		openPage = "Open the tracking page"
	)
	return []row{
		{"", pass, pass, pass},

		// The order API is behind the checkout's button, and is what track-delivery calls itself. The button's page
		// handles both answers, so that what the checkout sees is an order that does not come.
		{"order-api-500", pass, at(place, probes.Assertion), at(order, probes.Status)},
		{"order-api-200-error", pass, at(place, probes.Assertion), at(order, probes.Assertion)},
		// Only the storefront asks the wrong price; baskets, bills and the API are right.
		{"price-off-by-a-penny", at("Read the price", probes.Assertion), pass, pass},
		// track-delivery names its dishes in the order and needs no basket.
		{"basket-stays-empty", pass, at("Put it in the basket", probes.Assertion), pass},
		// A click that cannot be done is the click's failure; that nothing came of it would be too late and too vague.
		{"button-covered", pass, at(place, probes.Locator), pass},
		{"button-disabled", pass, at(place, probes.Locator), pass},
		{"button-missing", pass, at(place, probes.Locator), pass},
		{"payment-frame-down", pass, at("Enter the card number", probes.Locator), pass},
		// The click works, its script dies, the expectation of the same step fails: the script is the reason.
		{"script-error", pass, at(place, probes.Script), pass},
		{"page-slow", at(openMenu, probes.Timeout), at(openMenu, probes.Timeout), pass},
		{"connection-reset", at(openMenu, probes.Navigation), at(openMenu, probes.Navigation), pass},
		{"redirect-loop", pass, pass, at(openPage, probes.Navigation)},
		{"order-stuck", pass, pass, at("See it on its way", probes.Assertion)},
		{"wrong-order-tracked", pass, pass, at("See my own order", probes.Assertion)},
		// The dialog is closed as a person would close it; what is wrong is that there is no order after it.
		{"alert-blocks", pass, at(place, probes.Assertion), pass},
		// Every page answers 200: only what is on it tells.
		{"maintenance-page", at(openMenu, probes.Assertion), at(openMenu, probes.Assertion), at(openPage, probes.Assertion)},
		{"certificate-expired", pass, pass, at("Ask the API over HTTPS", probes.TLS)},

		{"favicon-404", pass, pass, pass},
		{"analytics-hangs", pass, pass, pass},
		{"console-warnings", pass, pass, pass},
		{"layout-shift", pass, pass, pass},
		{"animated-button", pass, pass, pass},
		{"cookie-banner", pass, pass, pass},
		{"three-times-slower", pass, pass, pass},
		{"other-markup", pass, pass, pass},
	}
}
