package httpcall_test

import (
	"context"
	"net"
	"testing"

	"github.com/miekg/dns"
)

// useNames makes a name server for the test, by which both.test has an address of each family, four.test and six.test
// one, and no other name any.
func useNames(t *testing.T) {
	t.Helper()
	packets, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan bool), make(chan bool)
	server := &dns.Server{PacketConn: packets, NotifyStartedFunc: func() { close(ready) }, Handler: dns.HandlerFunc(answerNames)}
	go func() { _ = server.ActivateAndServe(); close(ended) }()
	<-ready
	before := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", packets.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = before
		_ = server.Shutdown()
		<-ended
	})
}

func answerNames(w dns.ResponseWriter, q *dns.Msg) {
	m := new(dns.Msg).SetReply(q)
	record := ""
	switch name := q.Question[0].Name; {
	case name != "both.test." && name != "four.test." && name != "six.test.":
		m.Rcode = dns.RcodeNameError
	case q.Question[0].Qtype == dns.TypeA && name != "six.test.":
		record = name + " 60 IN A 127.0.0.1"
	case q.Question[0].Qtype == dns.TypeAAAA && name != "four.test.":
		record = name + " 60 IN AAAA ::1"
	}
	if rr, err := dns.NewRR(record); err == nil && rr != nil {
		m.Answer = append(m.Answer, rr)
	}
	_ = w.WriteMsg(m)
}
