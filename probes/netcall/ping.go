package netcall

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/probes"
	"github.com/outrider-monitor/outrider/probes/dial"
)

const (
	defaultCount   = 3
	defaultPayload = 56
	// patience is how long one request is waited for, if the step's time allows.
	patience = time.Second
)

// ping sends echo requests (RFC 792, RFC 4443), each after the answer to the one before.
type ping struct {
	host, family string
	count, size  int
}

func preparePing(ctx context.Context, scope *journeys.Scope, a *journeys.Ping) (job, error) {
	host, err := a.Host.Text(ctx, scope)
	if err == nil && host == "" {
		err = dial.Misconfigured("ping: the host is empty")
	}
	return &ping{host: host, family: a.IP, count: cmp.Or(a.Count, defaultCount), size: cmp.Or(a.PayloadSize, defaultPayload)}, err
}

func (p *ping) target() string { return "ping://" + p.host }

func (p *ping) run(ctx context.Context, c *call) error {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip"+p.family, p.host)
	if err != nil {
		return err
	}
	target := net.IP(addrs[0].Unmap().AsSlice())
	c.trace.To(target.String())
	e, err := newEcho(target, p.size)
	if err != nil {
		return err
	}
	defer e.conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = e.conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	var times []time.Duration
	sent := 0
	for sent < p.count && ctx.Err() == nil {
		sent++
		took, err := e.once(ctx, sent, p.count-sent+1)
		if err != nil {
			return err
		}
		if took > 0 {
			times = append(times, took)
		}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	p.show(c, sent, times)
	if len(times) == 0 && !c.uses("answered", "loss") {
		return &probes.Failure{
			Reason: probes.Timeout, Message: fmt.Sprintf("%s answers none of %d echo requests", p.host, sent),
			Expected: "an answer", Got: "none",
		}
	}
	return nil
}

func (p *ping) show(c *call, sent int, times []time.Duration) {
	c.values["sent"], c.values["answered"] = sent, len(times)
	c.values["loss"] = 1 - float64(len(times))/float64(sent)
	if len(times) == 0 {
		return
	}
	least, most, sum := times[0], times[0], time.Duration(0)
	for _, t := range times {
		least, most, sum = min(least, t), max(most, t), sum+t
	}
	c.values["rtt"] = map[string]float64{
		"min": least.Seconds(), "max": most.Seconds(), "avg": sum.Seconds() / float64(len(times)),
	}
}

// echo is a socket for echo requests to one address.
type echo struct {
	conn          *icmp.PacketConn
	to            net.Addr
	request       icmp.Type
	reply         icmp.Type
	proto, number int
	payload       []byte
}

// newEcho opens a socket without privileges where the system lets everybody ping, and a raw one otherwise.
func newEcho(target net.IP, size int) (*echo, error) {
	e := &echo{request: ipv4.ICMPTypeEcho, reply: ipv4.ICMPTypeEchoReply, proto: 1, number: os.Getpid() & 0xffff, payload: make([]byte, size)}
	// What comes back is known by what was sent: several pings share a raw socket's answers.
	if _, err := rand.Read(e.payload); err != nil {
		return nil, err
	}
	easy, raw, any := "udp4", "ip4:icmp", "0.0.0.0"
	if target.To4() == nil {
		easy, raw, any = "udp6", "ip6:ipv6-icmp", "::"
		e.request, e.reply, e.proto = ipv6.ICMPTypeEchoRequest, ipv6.ICMPTypeEchoReply, 58
	}
	var err error
	if e.conn, err = icmp.ListenPacket(easy, any); err == nil {
		e.to = &net.UDPAddr{IP: target}
		return e, nil
	}
	var rawErr error
	if e.conn, rawErr = icmp.ListenPacket(raw, any); rawErr != nil {
		return nil, &probes.Failure{
			Reason: probes.Config, Err: errors.Join(err, rawErr),
			Message: "this system does not let the monitor ping: allow its group in net.ipv4.ping_group_range, or give it CAP_NET_RAW",
		}
	}
	e.to = &net.IPAddr{IP: target}
	return e, nil
}

// once sends one request and waits for its answer; 0 if none came in its share of the time.
func (e *echo) once(ctx context.Context, sequence, left int) (time.Duration, error) {
	message := icmp.Message{Type: e.request, Body: &icmp.Echo{ID: e.number, Seq: sequence, Data: e.payload}}
	text, err := message.Marshal(nil)
	if err != nil {
		return 0, err
	}
	begun := time.Now()
	end := begun.Add(patience)
	if limit, ok := ctx.Deadline(); ok {
		if share := begun.Add(time.Until(limit) / time.Duration(left)); share.Before(end) {
			end = share
		}
	}
	if err := e.conn.SetReadDeadline(end); err != nil {
		return 0, err
	}
	if _, err := e.conn.WriteTo(text, e.to); err != nil {
		return 0, err
	}
	buffer := make([]byte, len(e.payload)+512)
	for {
		n, _, err := e.conn.ReadFrom(buffer)
		var timeout net.Error
		switch {
		case errors.As(err, &timeout) && timeout.Timeout():
			return 0, nil
		case err != nil:
			return 0, err
		case e.answers(buffer[:n], sequence):
			return time.Since(begun), nil
		}
	}
}

func (e *echo) answers(text []byte, sequence int) bool {
	message, err := icmp.ParseMessage(e.proto, text)
	if err != nil || message.Type != e.reply {
		return false
	}
	body, ok := message.Body.(*icmp.Echo)
	return ok && body.Seq == sequence && bytes.Equal(body.Data, e.payload)
}
