// Package cdpbaseline is the checkout of the example shop written by hand, straight on the Chrome DevTools
// Protocol: what a journey's run costs at the least, and so what the browser driver is measured against.
//
// It is for benchmarks only. It waits in the page, decodes the Network domain, isolates each run in a browser
// context, and does nothing else: no locators, no strictness, no evidence.
package cdpbaseline
