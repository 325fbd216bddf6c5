package netcall

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
	"golang.org/x/net/idna"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

// systemServers is where the system's name servers are listed.
const systemServers = "/etc/resolv.conf"

// lookup asks a name server one question.
type lookup struct {
	// asked is the name as the journey has it, in which a secret would be recognised; name is that of the question.
	asked, name, kind, server, host string

	transport string
	overTLS   bool
	trust     dial.Trust
}

func prepareDNS(ctx context.Context, scope *journeys.Scope, a *journeys.DNS) (job, error) {
	texts, err := evaluate(ctx, scope, &a.Name, &a.Server)
	if err != nil {
		return nil, err
	}
	l := &lookup{asked: strings.TrimSuffix(texts[0], "."), kind: cmp.Or(a.Type, "A"), transport: a.Transport, overTLS: a.OverTLS}
	if l.name, err = questionName(texts[0], l.kind); err != nil {
		return nil, err
	}
	if l.trust, err = dial.TrustOf(ctx, scope, &a.TLS); err != nil {
		return nil, err
	}
	if l.server, l.host, err = nameServer(texts[1], l.overTLS); err != nil {
		return nil, err
	}
	return l, nil
}

// questionName is the name as it is asked for. An address is turned around for PTR.
func questionName(name, kind string) (string, error) {
	if addr, err := netip.ParseAddr(name); err == nil && kind == "PTR" {
		return dns.ReverseAddr(addr.String())
	}
	ascii, err := idna.Punycode.ToASCII(name)
	if err != nil {
		ascii = name
	}
	if _, ok := dns.IsDomainName(ascii); !ok {
		return "", dial.Misconfigured("%q is no name that DNS knows", name)
	}
	return dns.Fqdn(ascii), nil
}

// nameServer gives the address with a port, and the host to expect in a certificate.
func nameServer(server string, overTLS bool) (address, host string, err error) {
	port := "53"
	if overTLS {
		port = "853"
	}
	if server == "" {
		config, err := dns.ClientConfigFromFile(systemServers)
		if err != nil || len(config.Servers) == 0 {
			return "", "", dial.Misconfigured("the system names no name server in %s: give one by server", systemServers)
		}
		server = config.Servers[0]
	}
	if host, given, err := net.SplitHostPort(server); err == nil {
		return net.JoinHostPort(host, given), host, nil
	}
	server = strings.Trim(server, "[]")
	return net.JoinHostPort(server, port), server, nil
}

func (l *lookup) target() string {
	return "dns://" + l.server + "/" + l.asked + "?type=" + l.kind
}

func (l *lookup) run(ctx context.Context, c *call) error {
	transport := cmp.Or(l.transport, "udp")
	if l.overTLS {
		transport = "tcp"
	}
	answer, err := l.ask(ctx, c, transport)
	if err == nil && answer.Truncated && l.transport == "" && transport == "udp" {
		answer, err = l.ask(ctx, c, "tcp")
	}
	if err != nil {
		return err
	}
	rcode := dns.RcodeToString[answer.Rcode]
	answers := make([]any, len(answer.Answer))
	asked := 0
	for i, rr := range answer.Answer {
		kind := dns.TypeToString[rr.Header().Rrtype]
		answers[i] = map[string]any{
			"name": strings.TrimSuffix(rr.Header().Name, "."), "type": kind, "ttl": int(rr.Header().Ttl), "value": recordValue(rr),
		}
		if kind == l.kind {
			asked++
		}
	}
	c.hear(answer.String())
	c.values["rcode"], c.values["answers"], c.values["authoritative"] = rcode, answers, answer.Authoritative
	if c.uses("rcode", "answers") || answer.Rcode == dns.RcodeSuccess && asked > 0 {
		return nil
	}
	got := rcode
	if answer.Rcode == dns.RcodeSuccess {
		got = "no " + l.kind + " record"
	}
	return &probes.Failure{
		Reason: probes.DNS, Message: fmt.Sprintf("%s answers for %s: %s", l.server, l.asked, got),
		Expected: "a " + l.kind + " record", Got: got,
	}
}

// ask asks over one connection. What does not belong to the question is not heard: anybody can send to a UDP port.
func (l *lookup) ask(ctx context.Context, c *call, transport string) (*dns.Msg, error) {
	conn, err := c.connect(ctx, transport, "", l.server)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if l.overTLS {
		if conn, err = c.shake(ctx, conn, l.host, l.trust); err != nil {
			return nil, err
		}
	}
	question := new(dns.Msg)
	question.SetQuestion(l.name, dns.StringToType[l.kind])
	question.SetEdns0(maxUDP, false)
	wire := &dns.Conn{Conn: conn, UDPSize: maxUDP}
	if packets, ok := conn.(*boundConn); ok && transport == "udp" {
		// The library decides by the type how messages are framed.
		wire.Conn = packets.Conn
	}
	if err := wire.WriteMsg(question); err != nil {
		return nil, err
	}
	c.trace.Note(dial.Wrote)
	for {
		answer, err := wire.ReadMsg()
		if err != nil && answer == nil {
			return nil, err
		}
		if answer.Id != question.Id || !answer.Response || !sameQuestion(answer, question) {
			continue
		}
		c.trace.Note(dial.Answered)
		return answer, err
	}
}

// maxUDP is the size of an answer over UDP that does not get broken up on the way (DNS Flag Day 2020).
const maxUDP = 1232

func sameQuestion(answer, question *dns.Msg) bool {
	if len(answer.Question) == 0 {
		// Some refusals repeat no question.
		return answer.Rcode != dns.RcodeSuccess
	}
	a, q := answer.Question[0], question.Question[0]
	return strings.EqualFold(a.Name, q.Name) && a.Qtype == q.Qtype
}

// recordValue is a record's data as people write it.
func recordValue(rr dns.RR) string {
	switch rr := rr.(type) {
	case *dns.TXT:
		return strings.Join(rr.Txt, "")
	case *dns.CNAME:
		return strings.TrimSuffix(rr.Target, ".")
	case *dns.NS:
		return strings.TrimSuffix(rr.Ns, ".")
	case *dns.PTR:
		return strings.TrimSuffix(rr.Ptr, ".")
	}
	return strings.TrimPrefix(rr.String(), rr.Header().String())
}
