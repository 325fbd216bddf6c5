// Package dial is what reaching a target takes, whatever is spoken there: TLS as the journey's author wants it, the
// moments of a connection, and a connection's failure in words with the reason that is true.
//
// It opens no connection itself. Its one rule: what this machine lacks is never blamed on the target.
package dial
