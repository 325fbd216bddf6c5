package httpcall_test

import (
	"encoding/binary"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

// socks is a SOCKS5 proxy (RFC 1928) that wants a user name and a password (RFC 1929) if it has one.
type socks struct {
	password string
	mu       sync.Mutex
	asked    []string
	conns    sync.WaitGroup
}

func serveSocks(t *testing.T, s *socks) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Go(func() { defer conn.Close(); s.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); s.conns.Wait() })
	return l.Addr().String()
}

// take reads so many bytes.
func take(r io.Reader, n int) []byte {
	b := make([]byte, n)
	if _, err := io.ReadFull(r, b); err != nil {
		return make([]byte, n)
	}
	return b
}

func (s *socks) serve(conn net.Conn) {
	take(conn, int(take(conn, 2)[1])) // the methods that it offers
	if s.password != "" {
		conn.Write([]byte{5, 2})
		user := take(conn, int(take(conn, 2)[1]))
		password := take(conn, int(take(conn, 1)[0]))
		if string(user) != "ada" || string(password) != s.password {
			conn.Write([]byte{1, 1})
			return
		}
		conn.Write([]byte{1, 0})
	} else {
		conn.Write([]byte{5, 0})
	}
	host := ""
	switch take(conn, 4)[3] {
	case 1:
		host = net.IP(take(conn, 4)).String()
	case 3:
		host = string(take(conn, int(take(conn, 1)[0])))
	case 4:
		host = net.IP(take(conn, 16)).String()
	}
	port := strconv.Itoa(int(binary.BigEndian.Uint16(take(conn, 2))))
	s.mu.Lock()
	s.asked = append(s.asked, net.JoinHostPort(host, port))
	s.mu.Unlock()
	// What the proxy knows, and the monitor's name server does not.
	host = strings.Replace(host, "inside.shop.example", "127.0.0.1", 1)
	out, err := net.Dial("tcp", net.JoinHostPort(host, port))
	if err != nil {
		conn.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0}) // connection refused
		return
	}
	defer out.Close()
	conn.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 0})
	s.conns.Go(func() { io.Copy(out, conn); out.Close() })
	io.Copy(conn, out)
}

func TestASOCKSProxyIsUsedWhereTheStepNamesOne(t *testing.T) {
	secure, ca := secureServer(t)
	plain := serve(t, hello)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(plain.URL, "http://"))
	steps := func(url, proxy string) string {
		return "  - get: " + url + "\n    proxy: " + proxy + "\n    tls: {ca_file: " + ca + "}\n"
	}
	open, locked := &socks{}, &socks{password: "hunter two/2"}
	free, guarded := serveSocks(t, open), serveSocks(t, locked)
	passes(t, steps(plain.URL, "socks5://"+free), nil)
	passes(t, steps(secure.URL, "socks5://"+free), nil)
	// Names are the proxy's to resolve: the customer's network knows others than the monitor's.
	passes(t, steps("http://inside.shop.example:"+port, "socks5://"+free), nil)
	passes(t, steps("http://inside.shop.example:"+port, "socks5h://"+free), nil)
	want := strings.TrimPrefix(plain.URL, "http://") + " " + strings.TrimPrefix(secure.URL, "https://") + " inside.shop.example:" + port + " inside.shop.example:" + port
	if got := strings.Join(open.asked, " "); got != want {
		t.Errorf("the proxy was asked for %s, want %s", got, want)
	}
	passes(t, steps(secure.URL, "socks5://ada:hunter%20two%2F2@"+guarded), nil)
	fails(t, probes.Connect, steps(secure.URL, "socks5://ada:wrong@"+guarded), "the proxy did not connect", "authentication failed")
	fails(t, probes.Connect, steps(secure.URL, "socks5://"+guarded), "the proxy did not connect")
	fails(t, probes.Connect, steps("http://127.0.0.1:1", "socks5://"+free), "the proxy did not connect", "connection refused")
	fails(t, probes.Connect, steps(plain.URL, "socks5://127.0.0.1:1"), "the proxy did not connect", "connection refused")
}
