package journeys

import "github.com/outrider-monitor/outrider/journeys/document"

// tlsFields are the settings of TLS.
func tlsFields() []field[TLS] {
	return []field[TLS]{
		{"ca_file", "file with the certificates to trust", textSchema(), func(p *parser, n *document.Node, t *TLS) { t.CAFile = p.template(n) }},
		{"server_name", "name to expect in the certificate", textSchema(), func(p *parser, n *document.Node, t *TLS) { t.ServerName = p.template(n) }},
		{"insecure_skip_verify", "accept any certificate", boolSchema(), func(p *parser, n *document.Node, t *TLS) {
			t.InsecureSkipVerify, _ = p.r.Bool(n)
		}},
	}
}
