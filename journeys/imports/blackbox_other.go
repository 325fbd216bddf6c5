package imports

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/outrider-monitor/outrider/journeys/document"
)

func pingModule(d *draft, place string, s source, address string) {
	pairs := d.family(place, s, []any{"ping", word(address)})
	if size := s.Text("payload_size"); size != "" && size != "0" {
		pairs = append(pairs, "payload_size", plain(size))
	}
	s.rest(d)
	d.add(place, pairs...)
}

func tcpModule(d *draft, place string, s source, address string) {
	pairs := []any{"tcp", word(address)}
	var talk []*yaml.Node
	starts := false
	for _, n := range s.List("query_response") {
		turn := sourceOf(n, join(place, "tcp.query_response"))
		var keys []any
		for _, key := range []string{"expect", "send"} {
			if text := turn.Text(key); text != "" {
				keys = append(keys, key, literal(text))
			}
		}
		if turn.isTrue("starttls") {
			starts = true
			keys = append(keys, "starttls", plain("true"))
		}
		turn.Know("starttls")
		turn.rest(d)
		if len(keys) > 0 {
			talk = append(talk, block(keys...))
		}
	}
	if len(talk) > 0 {
		pairs = append(pairs, "query_response", list(talk...))
	}
	tls := d.tlsConfig(s.below("tls_config"))
	begins := s.isTrue("tls")
	s.Know("tls")
	switch {
	case begins && len(tls.Content) > 0:
		pairs = append(pairs, "tls", tls)
	case begins:
		pairs = append(pairs, "tls", plain("true"))
	case starts && len(tls.Content) > 0:
		pairs = append(pairs, "tls_config", tls)
	}
	pairs = d.family(place, s, pairs)
	s.rest(d)
	d.add(place, pairs...)
}

func dnsModule(d *draft, place string, s source, address string) {
	pairs := []any{"dns", literal(s.Text("query_name")), "server", word(address)}
	if kind := s.Text("query_type"); kind != "" {
		pairs = append(pairs, "query_type", literal(kind))
	}
	if over := s.Text("transport_protocol"); over != "" {
		pairs = append(pairs, "transport_protocol", literal(over))
	}
	if s.isTrue("dns_over_tls") {
		pairs = append(pairs, "dns_over_tls", plain("true"))
	}
	s.Know("dns_over_tls")
	if tls := d.tlsConfig(s.below("tls_config")); len(tls.Content) > 0 {
		pairs = append(pairs, "tls", tls)
	}
	// Without codes of its own a module wants this one, and no records.
	want := `rcode == "NOERROR"`
	if codes := s.Texts("valid_rcodes"); len(codes) > 0 {
		var all []string
		for _, c := range codes {
			all = append(all, quoted(c))
		}
		want = "rcode in [" + strings.Join(all, ", ") + "]"
	}
	pairs = append(pairs, "expect", word(want))
	s.rest(d)
	d.add(place, pairs...)
}

func grpcModule(d *draft, place string, s source, address string) {
	pairs := []any{"grpc", word(address)}
	if service := s.Text("service"); service != "" {
		pairs = append(pairs, "service", literal(service))
	}
	tls := d.tlsConfig(s.below("tls_config"))
	switch {
	case s.isTrue("tls") && len(tls.Content) > 0:
		pairs = append(pairs, "tls", tls)
	case s.isTrue("tls"):
		pairs = append(pairs, "tls", plain("true"))
	}
	s.Know("tls")
	pairs = d.family(place, s, pairs)
	s.rest(d)
	d.add(place, pairs...)
}

// family is the family of addresses, where the module allows no other.
func (d *draft) family(place string, s source, pairs []any) []any {
	family, only := s.Text("preferred_ip_protocol"), strings.EqualFold(s.Text("ip_protocol_fallback"), "false")
	switch {
	case family == "":
	case only:
		return append(pairs, "ip", plain(strings.TrimPrefix(family, "ip")))
	default:
		d.note(place, "preferring %s is left out", label(family, 10))
	}
	return pairs
}

// tlsConfig takes over Prometheus' tls_config, whose keys are ours.
func (d *draft) tlsConfig(t source) *yaml.Node {
	tls := flow()
	if t.Node() == nil || t.Node().Kind != document.Mapping {
		return tls
	}
	for _, key := range []string{"ca_file", "cert_file", "key_file", "server_name", "min_version", "max_version"} {
		if v := t.Text(key); v != "" {
			tls.Content = append(tls.Content, word(key), literal(v))
		}
	}
	if t.isTrue("insecure_skip_verify") {
		tls.Content = append(tls.Content, word("insecure_skip_verify"), plain("true"))
	}
	t.Know("insecure_skip_verify")
	t.rest(d)
	return tls
}
