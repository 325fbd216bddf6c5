package dial

import (
	"errors"
	"net"
	"net/netip"
	"syscall"

	"github.com/outrider-monitor/outrider/probes"
)

// unrouted recognises that this machine has no way to any address of the family that the target was to be reached over:
// an office without IPv6 says nothing about a shop's. reaches reports whether there is a way to an address at all.
func unrouted(err error, reaches func(netip.Addr) bool) *probes.Failure {
	if !errors.Is(err, syscall.ENETUNREACH) && !errors.Is(err, syscall.EAFNOSUPPORT) && !errors.Is(err, syscall.EADDRNOTAVAIL) {
		return nil
	}
	to, ok := dialled(err)
	if !ok || !to.IsGlobalUnicast() {
		return nil
	}
	family, anywhere := "IPv4", netip.AddrFrom4([4]byte{192, 0, 2, 1})
	if to.Is6() {
		family, anywhere = "IPv6", netip.MustParseAddr("2001:db8::1")
	}
	if reaches(to) || reaches(anywhere) {
		return nil
	}
	return &probes.Failure{
		Reason: probes.Offline, Expected: "a route for " + family, Got: "none",
		Message: "the monitor's machine has no route for " + family + ", over which " + to.String() + " was to be reached",
	}
}

// dialled is the address that a connection was tried to.
func dialled(err error) (netip.Addr, bool) {
	for ; err != nil; err = errors.Unwrap(err) {
		op, ok := err.(*net.OpError)
		if !ok || op.Addr == nil {
			continue
		}
		host, _, split := net.SplitHostPort(op.Addr.String())
		if split != nil {
			host = op.Addr.String()
		}
		if addr, err := netip.ParseAddr(host); err == nil {
			return addr.Unmap().WithZone(""), true
		}
	}
	return netip.Addr{}, false
}

func reaches(to netip.Addr) bool { return Routed(netip.AddrPortFrom(to, 9)) == nil }

// Routed asks the system for a way to an address, and gives its error where there is none. Nothing is sent: a socket of UDP
// is only told whom it is for. What speaks QUIC would take the system's refusal for a broken handshake.
func Routed(to netip.AddrPort) error {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return err
	}
	return conn.Close()
}
