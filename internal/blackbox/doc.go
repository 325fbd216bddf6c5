// Package blackbox runs Debian's blackbox_exporter beside our tests and benchmarks: what watches sites the way we do is the
// measure of how well and how cheaply we do it.
//
// It is no part of the product. Its one rule: both look at the same target, at the same rate.
package blackbox
