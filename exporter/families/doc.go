// Package families holds what a scrape shows, in memory that the next scrape uses again.
//
// The client library's registry makes every metric anew at each scrape, hashes its labels to see whether there is another
// like it, and sorts: of a thousand journeys, most of what a scrape costs. An exporter whose series come in order and
// differ by construction needs none of it. A [Set] is what the library's encoders take; whoever fills one says when they
// have done. Its one rule: it checks nothing, so that the tests of who fills it must put the same through a registry.
package families
