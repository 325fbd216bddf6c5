// Package loopback gives tests places on this machine: free ones, at which servers of other programs can be started, and
// ones that answer whatever a test wants.
//
// A server of our own that speaks HTTP is net/http/httptest's. Its one rule: an address is free when it is given, and
// nobody holds it until the server does.
package loopback

import (
	"net"
	"testing"
	"time"
)

// patience is how long a connection may wait for a client that says nothing more.
const patience = 30 * time.Second

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

// Serve gives the address of a server that does what the test wants with each connection, one after the other, and closes
// it. When the test ends it waits for the connection that is being served, which the test must let go by then.
func Serve(t testing.TB, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(patience))
			serve(conn)
			conn.Close()
		}
	}()
	t.Cleanup(func() { l.Close(); <-ended })
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
