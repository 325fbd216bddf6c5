// Package exposition writes metrics in Prometheus' text formats: the same bytes as the client library, in a quarter of the
// time.
//
// The library looks at every name of every sample anew, to see whether it must be quoted, and writes a sample in a dozen
// pieces. Here labels are written once for all lines of a histogram, and nothing that lines share is calculated twice. Its
// one rule: names are taken to be plain, [a-zA-Z_:][a-zA-Z0-9_:]*, so that the tests of whose names they are must say so.
package exposition
