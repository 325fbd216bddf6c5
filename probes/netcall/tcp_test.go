package netcall_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/internal/loopback"
	"github.com/outrider-monitor/outrider/probes"
)

// mail is a mail server as far as its greeting; early makes it talk on in the clear after STARTTLS.
func mail(certificate *tls.Certificate, early bool) func(net.Conn) {
	return func(conn net.Conn) {
		fmt.Fprint(conn, "220 mail.example ESMTP\r\n")
		lines := bufio.NewReader(conn)
		for {
			line, err := lines.ReadString('\n')
			switch {
			case err != nil:
				return
			case strings.HasPrefix(line, "EHLO"):
				fmt.Fprintf(conn, "250-hello %s\r\n250-PIPELINING\r\n250 STARTTLS\r\n", strings.TrimSpace(line[5:]))
			case strings.HasPrefix(line, "STARTTLS"):
				answer := "220 go\r\n"
				if early {
					answer += "250 injected\r\n"
				}
				fmt.Fprint(conn, answer)
				secure := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*certificate}})
				conn, lines = secure, bufio.NewReader(secure)
			default:
				fmt.Fprint(conn, "221 bye\r\n")
				return
			}
		}
	}
}

func TestAConversationIsHadLineByLine(t *testing.T) {
	p := newPlace(t)
	host := listen(t, mail(p.Valid, false))
	steps := p.passes(t, host, `
  - tcp: HOST
    query_response:
      - expect: "^220 ([^ ]+) ESMTP"
        send: EHLO ${1}
      - expect: ^250-hello mail.example
      - expect: ^250 STARTTLS
        send: STARTTLS
      - {expect: ^220, starttls: true}
      - send: QUIT
      - expect: ^221
    tls_config: {ca_file: ca.pem}
    expect:
      - received contains "PIPELINING" and tls.days_left > 0 and tls.version == "TLS 1.3"
      - remote_addr startsWith "127.0.0.1:" and timing.connect > 0 and timing.tls > 0 and timing.resolve > 0
`).Steps
	if http := steps[0].HTTP; http.CertificateExpiry.IsZero() || http.Method != "TCP" || http.URL != "tcp://"+host {
		t.Errorf("%+v", http)
	}
	p.fails(t, probes.Assertion, host, "  - tcp: HOST\n    query_response: [{send: QUIT}, {expect: ^999}]\n", "ended the conversation", "221 bye")
	p.fails(t, probes.Timeout, host, "  - tcp: HOST\n    timeout: 200ms\n    query_response: [{expect: ^999}]\n", `matches "^999"`, "220 mail.example")
	p.fails(t, probes.TLS, host, "  - tcp: HOST\n    query_response: [{expect: ^220}, {send: STARTTLS}, {expect: ^220, starttls: true}]\n", "unknown authority")
	p.fails(t, probes.TLS, host, "  - tcp: HOST\n    tls: true\n", "TLS")
	liar := listen(t, mail(p.Valid, true))
	p.fails(t, probes.TLS, liar, "  - tcp: HOST\n    query_response: [{expect: ^220}, {send: STARTTLS}, {expect: ^220, starttls: true}]\n    tls_config: {ca_file: ca.pem}\n", "in the clear")
}

func TestAConversationWithoutEndIsBounded(t *testing.T) {
	p := newPlace(t)
	endless := listen(t, func(conn net.Conn) {
		line := strings.Repeat("x", 100_000)
		for {
			if _, err := io.WriteString(conn, line); err != nil {
				return
			}
		}
	})
	p.fails(t, probes.Assertion, endless, "  - tcp: HOST\n    query_response: [{expect: ^220}]\n", "nothing in the first 1048576 bytes")
	p.fails(t, probes.Connect, loopback.FreeAddress(t), "  - tcp: HOST\n", "refuses connections")
	p.fails(t, probes.DNS, "nowhere.invalid:25", "  - tcp: HOST\n", "cannot resolve nowhere.invalid")
	p.fails(t, probes.DNS, "127.0.0.1:25", "  - tcp: HOST\n    ip: 6\n", "no address of the family")
}

func TestACertificateIsCheckedWithoutSpeaking(t *testing.T) {
	p := newPlace(t)
	shake := func(certificate *tls.Certificate) string {
		return listen(t, func(conn net.Conn) {
			_ = tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{*certificate}, MaxVersion: tls.VersionTLS12}).Handshake()
		})
	}
	host := shake(p.Valid)
	p.passes(t, host, `
  - tls: {address: HOST, ca_file: ca.pem}
    ip: 4
    expect: tls.days_left > 0 and "localhost" in tls.names and tls.key startsWith "ECDSA" and tls.version == "TLS 1.2"
  - tls: {address: HOST, insecure_skip_verify: true}
`)
	p.fails(t, probes.TLS, host, "  - tls: HOST\n", "unknown authority")
	p.fails(t, probes.TLS, host, "  - tls: {address: HOST, ca_file: ca.pem, server_name: shop.example}\n", "not for this name")
	p.fails(t, probes.TLS, host, "  - tls: {address: HOST, ca_file: ca.pem, min_version: TLS13}\n", "protocol version not supported")
	p.fails(t, probes.TLS, shake(p.Expired), "  - tls: {address: HOST, ca_file: ca.pem}\n", "expired on")
	p.fails(t, probes.Config, host, "  - tls: {address: HOST, ca_file: none.pem}\n", "none.pem")
	silent := listen(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })
	p.fails(t, probes.Timeout, silent, "  - tls: HOST\n    timeout: 100ms\n", "TLS handshake")
}
