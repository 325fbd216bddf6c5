package netcall_test

import (
	"crypto/tls"
	"net"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/probes"
)

// onePort listens for packets and for connections on the same port, which somebody else may have taken for one of them.
func onePort(t *testing.T) (net.PacketConn, net.Listener) {
	t.Helper()
	var err error
	for range 20 {
		var packets net.PacketConn
		if packets, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		var stream net.Listener
		if stream, err = net.Listen("tcp", packets.LocalAddr().String()); err == nil {
			return packets, stream
		}
		packets.Close()
	}
	t.Fatal(err)
	return nil, nil
}

// nameServer answers for shop.example over UDP, TCP and TLS; the TXT record is too long for UDP.
func nameServer(t *testing.T, certificate *tls.Certificate) (plain, secure string) {
	t.Helper()
	answer := func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		m.Authoritative = true
		add := func(text string) {
			rr, err := dns.NewRR(text)
			if err != nil {
				t.Error(err)
			}
			m.Answer = append(m.Answer, rr)
		}
		switch name, kind := q.Question[0].Name, q.Question[0].Qtype; {
		case name == "silent.example.":
			return
		case name == "1.2.0.192.in-addr.arpa.":
			add(name + " 60 IN PTR shop.example.")
		case name != "shop.example." && name != "xn--bcher-kva.example.":
			m.Rcode = dns.RcodeNameError
		case kind == dns.TypeA:
			add(name + " 300 IN CNAME www.shop.example.")
			add("www.shop.example. 60 IN A 192.0.2.1")
		case kind == dns.TypeMX:
			add(name + " 60 IN MX 10 mail.shop.example.")
		case kind == dns.TypeTXT:
			_, udp := w.RemoteAddr().(*net.UDPAddr)
			if m.Truncated = udp; !udp {
				add(name + ` 60 IN TXT "` + strings.Repeat("v", 200) + `" "tail"`)
			}
		}
		_ = w.WriteMsg(m)
	}
	packets, stream := onePort(t)
	overTLS, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{*certificate}})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*dns.Server{{PacketConn: packets}, {Listener: stream}, {Listener: overTLS}} {
		s.Handler = dns.HandlerFunc(answer)
		ready, ended := make(chan bool), make(chan bool)
		s.NotifyStartedFunc = func() { close(ready) }
		go func() { _ = s.ActivateAndServe(); close(ended) }()
		<-ready
		t.Cleanup(func() { _ = s.Shutdown(); <-ended })
	}
	return packets.LocalAddr().String(), overTLS.Addr().String()
}

func TestANameServerIsAsked(t *testing.T) {
	p := newPlace(t)
	plain, secure := nameServer(t, p.Valid)
	p.passes(t, plain, `
  - dns: shop.example
    server: HOST
    expect:
      - rcode == "NOERROR" and authoritative and len(answers) == 2
      - answers[0].type == "CNAME" and answers[0].value == "www.shop.example" and answers[1].value == "192.0.2.1" and answers[1].ttl == 60
      - timing.processing > 0
  - dns: shop.example
    query_type: TXT
    server: HOST
    expect: len(answers[0].value) == 204 and answers[0].value endsWith "tail"
  - dns: shop.example
    query_type: MX
    server: HOST
    transport_protocol: tcp
    expect: answers[0].value == "10 mail.shop.example."
  - dns: 192.0.2.1
    query_type: PTR
    server: HOST
    expect: answers[0].value == "shop.example"
  - dns: bücher.example
    server: HOST
  - dns: gone.example
    server: HOST
    expect: rcode == "NXDOMAIN" and answers == []
`)
	p.passes(t, secure, `
  - dns: shop.example
    server: HOST
    dns_over_tls: true
    tls: {ca_file: ca.pem, server_name: localhost}
    expect: tls.days_left > 0 and answers[1].value == "192.0.2.1"
`)
	p.fails(t, probes.DNS, plain, "  - dns: gone.example\n    server: HOST\n", "NXDOMAIN")
	p.fails(t, probes.DNS, plain, "  - dns: gön.example\n    server: HOST\n", "answers for gön.example: NXDOMAIN")
	p.fails(t, probes.DNS, plain, "  - dns: shop.example\n    query_type: AAAA\n    server: HOST\n", "no AAAA record")
	p.fails(t, probes.Timeout, plain, "  - dns: silent.example\n    server: HOST\n    timeout: 100ms\n", "for the first byte of the answer")
	p.fails(t, probes.TLS, secure, "  - dns: shop.example\n    server: HOST\n    dns_over_tls: true\n", "unknown authority")
	p.fails(t, probes.Assertion, plain, "  - dns: shop.example\n    server: HOST\n    expect: answers[1].value == \"192.0.2.9\"\n", `answers[1].value is "192.0.2.1"`)
	p.fails(t, probes.Connect, loopback.FreeAddress(t), "  - dns: shop.example\n    server: HOST\n", "refuses connections")
}
