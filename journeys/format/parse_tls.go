package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
)

// readTLS reads TLS settings and checks that they go together.
func readTLS(p *parser, n *document.Node, into *journeys.TLS) {
	checkTLS(p, readFields(p, n, tlsFields(), into), n, into)
}

// checkTLS finds what is wrong between the settings of a map.
func checkTLS(p *parser, m *document.Map, n *document.Node, into *journeys.TLS) *document.Map {
	for _, pair := range [...][2]string{{"cert_file", "key_file"}, {"key_file", "cert_file"}} {
		if m.Has(pair[0]) && !m.Has(pair[1]) {
			p.r.ProblemAt(m.KeyPos(pair[0]), n.Path(), pair[0]+" needs "+pair[1]+" too", "a client certificate is both")
		}
	}
	if into.MaxVersion != "" && into.MinVersion > into.MaxVersion {
		p.r.ProblemAt(m.KeyPos("max_version"), n.Path(), "max_version is below min_version", "")
	}
	return m
}

// tlsFields are the settings of TLS.
func tlsFields() []field[journeys.TLS] {
	versions := []string{"TLS10", "TLS11", "TLS12", "TLS13"}
	return []field[journeys.TLS]{
		{"ca_file", "file with the certificates to trust", textSchema(), func(p *parser, n *document.Node, t *journeys.TLS) { t.CAFile = p.template(n) }},
		{"cert_file", "file with our certificate, where the server asks for one", textSchema(), func(p *parser, n *document.Node, t *journeys.TLS) {
			t.CertFile = p.template(n)
		}},
		{"key_file", "file with the key of cert_file", textSchema(), func(p *parser, n *document.Node, t *journeys.TLS) { t.KeyFile = p.template(n) }},
		{"server_name", "name to expect in the certificate", textSchema(), func(p *parser, n *document.Node, t *journeys.TLS) { t.ServerName = p.template(n) }},
		{"insecure_skip_verify", "accept any certificate", boolSchema(), func(p *parser, n *document.Node, t *journeys.TLS) {
			t.InsecureSkipVerify, _ = p.r.Bool(n)
		}},
		{"min_version", "lowest version of TLS that is accepted; TLS12 if not given", enumSchema(versions...), func(p *parser, n *document.Node, t *journeys.TLS) {
			t.MinVersion, _ = p.r.Enum(n, versions...)
		}},
		{"max_version", "highest version of TLS that is offered", enumSchema(versions...), func(p *parser, n *document.Node, t *journeys.TLS) {
			t.MaxVersion, _ = p.r.Enum(n, versions...)
		}},
	}
}
