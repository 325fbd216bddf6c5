package dial

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"

	"github.com/outrider-monitor/outrider/probes"
)

func TestAFamilyWithoutARouteIsTheMonitorsTrouble(t *testing.T) {
	failed := func(ip string, errno syscall.Errno) error {
		return fmt.Errorf("get: %w", &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.ParseIP(ip), Port: 443}, Err: os.NewSyscallError("connect", errno)})
	}
	no4 := func(a netip.Addr) bool { return a.Is6() }
	no6 := func(a netip.Addr) bool { return a.Is4() }
	// The machine has IPv6, but no way to this one network: somebody else may well reach it, or nobody.
	not := func(ip string) func(netip.Addr) bool { return func(a netip.Addr) bool { return a.String() != ip } }
	for _, c := range []struct {
		err     error
		reaches func(netip.Addr) bool
		want    string
	}{
		{failed("2606:2800::1", syscall.ENETUNREACH), no6, "the monitor's machine has no route for IPv6, over which 2606:2800::1 was to be reached"},
		{failed("2606:2800::1", syscall.EAFNOSUPPORT), no6, "the monitor's machine has no route for IPv6, over which 2606:2800::1 was to be reached"},
		{failed("2606:2800::1", syscall.EADDRNOTAVAIL), no6, "the monitor's machine has no route for IPv6, over which 2606:2800::1 was to be reached"},
		{failed("198.51.100.7", syscall.ENETUNREACH), no4, "the monitor's machine has no route for IPv4, over which 198.51.100.7 was to be reached"},
		{failed("2606:2800::1", syscall.ENETUNREACH), not("2606:2800::1"), ""},
		{failed("2606:2800::1", syscall.ENETUNREACH), no4, ""},        // a router on the way said so
		{failed("2606:2800::1", syscall.ECONNREFUSED), no6, ""},       // whoever refuses has been reached
		{failed("2606:2800::1", syscall.EHOSTUNREACH), no6, ""},       // and so has the network
		{failed("::1", syscall.EADDRNOTAVAIL), no6, ""},               // a machine without IPv6 may still talk to itself, or the shop's name is wrong
		{failed("fe80::1", syscall.ENETUNREACH), no6, ""},             // nobody's route leads to a link's own addresses
		{os.NewSyscallError("connect", syscall.ENETUNREACH), no6, ""}, // nobody knows of which address
	} {
		f := unrouted(c.err, c.reaches)
		switch {
		case f == nil && c.want != "", f != nil && (f.Message != c.want || f.Reason != probes.Offline || !f.Reason.Ours()):
			t.Errorf("%v: got %+v, want %q", c.err, f, c.want)
		}
	}
	if !reaches(netip.MustParseAddr("127.0.0.1")) {
		t.Error("a machine that does not reach itself")
	}
}
