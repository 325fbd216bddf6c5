// Package loopback gives tests places on this machine at which servers of other programs can be started.
//
// A server of our own takes port 0 and needs none of it. Its one rule: an address is free when it is given, and nobody
// holds it until the server does.
package loopback

import (
	"net"
	"testing"
)

// FreeAddress is a loopback address, host and port, on which nothing listens.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// FreePort is the port of such an address.
func FreePort(t testing.TB) string {
	t.Helper()
	_, port, err := net.SplitHostPort(FreeAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	return port
}
