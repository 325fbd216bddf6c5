// Package browser rides a journey's browser steps in a real Chromium.
//
// [New] gives a driver for package probes: one warm browser (package chrome), and for each attempt an isolated
// context with one page. chromedp carries the protocol; waiting, choosing and judging happen in the page
// (package inpage): each wait is one promise, resolved by the page's own changes, and every click is checked
// where it lands. It decides nothing about expectations. Its one rule: what a person could not have done, or
// could not have seen, is a failure that says what stood in the way, and what is the browser's own fault is
// never the target's.
package browser
