package imports

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Blackbox turns the http, tcp, icmp, dns and grpc modules of a blackbox_exporter's configuration into journeys, one for each target that
// Options.Prometheus has for the module. A module without a known target takes it from the environment.
func Blackbox(src []byte, o Options) (Result, error) {
	root, err := readYAML("blackbox_exporter's configuration", "blackbox.yml", src)
	if err != nil {
		return Result{}, err
	}
	targets, err := scraped(o.Prometheus)
	if err != nil {
		return Result{}, err
	}
	var drafts []*draft
	for _, m := range sourceOf(root, "").below("modules").Entries() {
		found := targets[m.Key]
		if len(found) == 0 {
			found = []target{{}}
		}
		for _, t := range found {
			drafts = append(drafts, module(m, t, len(found) > 1, o))
		}
	}
	return some(drafts, "the configuration has no modules")
}

// some finishes the journeys of which anything is left; the notes of the others are kept.
func some(drafts []*draft, none string) (Result, error) {
	if len(drafts) == 0 {
		return Result{}, fmt.Errorf("%s", none)
	}
	var whole []*draft
	var lost []Note
	for _, d := range drafts {
		if len(d.steps) == 0 {
			lost = append(lost, d.notes...)
			continue
		}
		if len(whole) == 0 {
			for _, n := range lost {
				d.head = append(d.head, n.String())
			}
		} else if len(lost) > 0 {
			whole[len(whole)-1].comments = append(whole[len(whole)-1].comments, texts(lost)...)
		}
		for _, n := range lost {
			d.notes = append([]Note{n}, d.notes...)
		}
		lost, whole = nil, append(whole, d)
	}
	if len(whole) == 0 {
		said := "nothing of it can be carried over"
		if len(lost) > 0 {
			said += ": " + lost[0].String()
		}
		return Result{}, fmt.Errorf("%s", said)
	}
	last := whole[len(whole)-1]
	last.notes = append(last.notes, lost...)
	last.comments = append(last.comments, texts(lost)...)
	return finish(whole)
}

func texts(notes []Note) []string {
	var lines []string
	for _, n := range notes {
		lines = append(lines, n.String())
	}
	return lines
}

// module turns one module and one target into a journey.
func module(m document.Entry, t target, several bool, o Options) *draft {
	name := m.Key
	if several {
		name += " " + strings.TrimPrefix(strings.TrimPrefix(t.url, "https://"), "http://")
	}
	d := newDraft(name, "", o)
	place := join("modules", m.Key)
	s := sourceOf(m.Value, place)
	prober := s.Text("prober")
	if !slices.Contains([]string{"http", "tcp", "icmp", "dns", "grpc"}, prober) {
		d.note(place, "the prober %q is not carried over", label(prober, 20))
		return d
	}
	if prober == "http" && t.url != "" && !strings.Contains(t.url, "://") {
		t.url = "http://" + t.url // as blackbox_exporter reads it
	}
	d.head = []string{"The module " + label(m.Key, 60) + " of blackbox_exporter."}
	if t.every != "" {
		d.set("every", plain(t.every))
	}
	if timeout := s.duration("timeout"); timeout > 0 {
		d.set("timeout", plain(span(timeout)))
	}
	address := "${{ vars.target }}"
	if t.url == "" {
		d.variable("target", word("${{ env.TARGET }}"))
		d.note(place, "the module does not know its targets: set the environment variable TARGET, or write the URL here")
	} else {
		d.variable("target", literal(t.url))
	}
	switch prober {
	case "http":
		(&httpModule{draft: d, s: s.below("http"), place: place}).step(address)
	case "tcp":
		tcpModule(d, place, s.below("tcp"), address)
	case "icmp":
		pingModule(d, place, s.below("icmp"), address)
	case "dns":
		dnsModule(d, place, s.below("dns"), address)
	case "grpc":
		grpcModule(d, place, s.below("grpc"), address)
	}
	s.Know("http", "tcp", "icmp", "dns", "grpc")
	s.rest(d)
	return d
}

// httpModule turns the keys of an http module into those of a step.
type httpModule struct {
	*draft
	s     source
	place string
	pairs []any
	wants []string
}

func (m *httpModule) step(address string) {
	s := m.s
	method := strings.ToLower(s.Text("method"))
	if method == "" {
		method = "get"
	}
	m.pairs = []any{method, word(address)}
	m.sent()
	m.way()
	m.expected()
	s.rest(m.draft)
	var wants []*yaml.Node
	for _, w := range m.wants {
		wants = append(wants, word(w))
	}
	m.add(m.place, append(m.pairs, "expect", list(wants...))...)
}

func (m *httpModule) key(name string, value *yaml.Node) { m.pairs = append(m.pairs, name, value) }

// sent is what the request says.
func (m *httpModule) sent() {
	s := m.s
	headers := flow()
	for _, e := range s.Map.Map("headers").Entries() {
		value := literal(e.Value.Value)
		if isSecretive(e.Key) {
			value = word(m.keep(e.Key))
		}
		headers.Content = append(headers.Content, word(e.Key), value)
	}
	if auth := s.below("authorization"); auth.Node() != nil {
		kind := auth.Text("type")
		if kind == "" {
			kind = "Bearer"
		}
		headers.Content = append(headers.Content, word("Authorization"), word(escape(kind)+" "+m.credential(auth, "credentials", "authorization")))
		auth.rest(m.draft)
	}
	for _, e := range s.Map.Map("http_headers").Entries() {
		m.headerOf(e, headers)
	}
	if len(headers.Content) > 0 {
		m.key("headers", headers)
	}
	if s.Has("body") {
		m.key("body", literal(s.Text("body")))
	}
	if file := s.Text("body_file"); file != "" {
		m.key("file", literal(file))
	}
	if basic := s.below("basic_auth"); basic.Node() != nil {
		m.key("auth", flow("basic", flow("username", literal(basic.Text("username")), "password", word(m.credential(basic, "password", "password")))))
		basic.rest(m.draft)
	}
	if s.Has("bearer_token") || s.Has("bearer_token_file") {
		m.key("auth", flow("bearer", word(m.credential(s, "bearer_token", "token"))))
	}
	m.oauth2()
}

// headerOf is a header as newer versions write it: with values, secrets and files.
func (m *httpModule) headerOf(e document.Entry, headers *yaml.Node) {
	h := sourceOf(e.Value, join(m.place, "http.http_headers."+e.Key))
	all := list()
	for _, v := range h.Texts("values") {
		all.Content = append(all.Content, literal(v))
	}
	for range h.List("secrets") {
		all.Content = append(all.Content, word(m.keep(e.Key)))
	}
	for _, file := range h.Texts("files") {
		all.Content = append(all.Content, word(m.secretFile(e.Key, file)))
	}
	h.rest(m.draft)
	switch len(all.Content) {
	case 0:
	case 1:
		headers.Content = append(headers.Content, word(e.Key), all.Content[0])
	default:
		headers.Content = append(headers.Content, word(e.Key), all)
	}
}

func (m *httpModule) oauth2() {
	o := m.s.below("oauth2")
	if o.Node() == nil {
		return
	}
	pairs := []any{"client_id", literal(o.Text("client_id")), "client_secret", word(m.credential(o, "client_secret", "client_secret")), "token_url", literal(o.Text("token_url"))}
	if scopes := o.Texts("scopes"); len(scopes) > 0 {
		pairs = append(pairs, "scopes", words(scopes))
	}
	if params := o.Map.Map("endpoint_params").Entries(); len(params) > 0 {
		all := flow()
		for _, e := range params {
			all.Content = append(all.Content, word(e.Key), literal(e.Value.Value))
		}
		pairs = append(pairs, "endpoint_params", all)
	}
	m.key("auth", block("oauth2", block(pairs...)))
	o.rest(m.draft)
}

// credential is a secret that the configuration holds, or the file that it names.
func (m *httpModule) credential(s source, key, name string) string {
	if file := s.Text(key + "_file"); file != "" {
		return m.secretFile(name, file)
	}
	s.Know(key)
	return m.keep(name)
}

// keep makes a secret of a value that stands in the configuration.
func (m *httpModule) keep(name string) string {
	if !m.known["secrets."+variableName(name)] {
		m.note(m.place, "the value of %q is not kept: set the environment variable %s", label(name, 60), strings.ToUpper(variableName(name)))
	}
	return m.secret(name)
}

// way is how the request is sent.
func (m *httpModule) way() {
	s := m.s
	if s.isTrue("no_follow_redirects") || strings.EqualFold(s.Text("follow_redirects"), "false") {
		m.key("redirects", plain("0"))
	}
	s.Know("follow_redirects", "no_follow_redirects", "enable_http2", "enable_http3", "ip_protocol_fallback")
	switch {
	case s.isTrue("enable_http3"):
		m.key("http", word("3"))
	case strings.EqualFold(s.Text("enable_http2"), "false"):
		m.key("http", word("1.1"))
	}
	proxy := s.Text("proxy_url")
	switch family := s.Text("preferred_ip_protocol"); {
	case family == "":
	case proxy != "":
		m.note(m.place, "%s is left out: it is the proxy that connects to the target", label(family, 10))
	case strings.EqualFold(s.Text("ip_protocol_fallback"), "false"):
		m.key("ip", plain(strings.TrimPrefix(family, "ip")))
	default:
		m.note(m.place, "preferring %s with a fallback is left out: write ip: 4, 6 or both", label(family, 10))
	}
	if tls := m.tlsConfig(s.below("tls_config")); len(tls.Content) > 0 {
		m.key("tls", tls)
	}
	if proxy != "" {
		m.key("proxy", literal(proxy))
	}
	if size := s.Text("body_size_limit"); size != "" {
		m.key("max_body", plain(size))
	}
	if c := s.Text("compression"); slices.Contains([]string{"gzip", "br", "deflate"}, c) {
		m.key("compression", word(c))
	}
}

// expected is what the answer must be.
func (m *httpModule) expected() {
	s := m.s
	status := "status >= 200 and status < 300"
	if codes := s.Texts("valid_status_codes"); len(codes) > 0 && allDigits(codes) {
		status = "status in [" + strings.Join(codes, ", ") + "]"
	}
	m.wants = append(m.wants, status)
	if versions := s.Texts("valid_http_versions"); len(versions) > 0 {
		var all []string
		for _, v := range versions {
			all = append(all, quoted(v))
		}
		m.wants = append(m.wants, "proto in ["+strings.Join(all, ", ")+"]")
	}
	if s.isTrue("fail_if_ssl") {
		m.wants = append(m.wants, `url startsWith "http://"`)
	}
	if s.isTrue("fail_if_not_ssl") {
		m.wants = append(m.wants, `url startsWith "https://"`)
	}
	s.Know("fail_if_ssl", "fail_if_not_ssl")
	for _, pattern := range s.Texts("fail_if_body_matches_regexp") {
		m.wants = append(m.wants, "not (body matches "+quoted(pattern)+")")
	}
	for _, pattern := range s.Texts("fail_if_body_not_matches_regexp") {
		m.wants = append(m.wants, "body matches "+quoted(pattern))
	}
	m.headerWants("fail_if_header_matches", "not (%s matches %s)")
	m.headerWants("fail_if_header_not_matches", "%s matches %s")
}

func (m *httpModule) headerWants(key, form string) {
	for i, n := range m.s.List(key) {
		h := sourceOf(n, fmt.Sprintf("%s.%s[%d]", m.place, key, i))
		header := "headers[" + quoted(h.Text("header")) + "]"
		if h.isTrue("allow_missing") {
			header = "(" + header + ` ?? "")`
		}
		h.Know("allow_missing")
		m.wants = append(m.wants, fmt.Sprintf(form, header, quoted(h.Text("regexp"))))
	}
}

func allDigits(texts []string) bool {
	return !slices.ContainsFunc(texts, func(s string) bool { return len(s) != 3 || strings.Trim(s, "0123456789") != "" })
}

func words(all []string) *yaml.Node {
	l := list()
	l.Style = yaml.FlowStyle
	for _, w := range all {
		l.Content = append(l.Content, literal(w))
	}
	return l
}
