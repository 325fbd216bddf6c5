package imports

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// Gatus turns the HTTP endpoints of a Gatus configuration into journeys. ${NAME} is its way to name an environment
// variable.
func Gatus(src []byte, o Options) (Result, error) {
	root, err := readYAML("Gatus' configuration", "config.yaml", src)
	if err != nil {
		return Result{}, err
	}
	s := sourceOf(root, "")
	endpoints := append(slices.Clone(s.List("endpoints")), s.List("services")...)
	var drafts []*draft
	for i, n := range endpoints {
		drafts = append(drafts, endpoint(n, i, s.below("alerting"), o))
	}
	res, err := some(drafts, "the configuration has no endpoints")
	if err == nil {
		s.Know("web", "metrics", "debug", "storage", "skip-invalid-config-update", "disable-monitoring-lock")
		for _, e := range s.Unknown() {
			res.Notes = append(res.Notes, Note{Place: e.Key, Text: "belongs into outrider.yaml, or to a program of its own"})
		}
	}
	return res, err
}

// endpoint turns one endpoint into a journey of one step.
func endpoint(n *document.Node, i int, alerting source, o Options) *draft {
	s := sourceOf(n, fmt.Sprintf("endpoints[%d]", i))
	name, group := s.Text("name"), s.Text("group")
	if len(o.Name) > 0 {
		o.Name = fmt.Sprintf("%s-%s", o.Name, name)
	}
	d := newDraft(strings.TrimSpace(group+" "+name), name, o)
	g := &gatus{draft: d, place: s.place}
	if strings.EqualFold(s.Text("enabled"), "false") {
		d.note(s.place, "%s is switched off and left out", label(name, 60))
		return d
	}
	s.Know("enabled", "ui")
	if group != "" {
		d.set("tags", words([]string{label(group, 60)}))
	}
	if every := s.duration("interval"); every > 0 {
		d.set("every", plain(span(every)))
	}
	g.alerts(s, alerting)
	if g.step(s) {
		s.rest(d)
	}
	return d
}

// gatus turns one endpoint's keys into those of a step.
type gatus struct {
	*draft
	place string
	pairs []any
	wants []*yaml.Node
	// probe is a step of the same verb, on which each condition is tried. Nil: a request.
	probe *yaml.Node
	// body is what [BODY] is here, if it is not a request's.
	body string
}

func (g *gatus) step(s source) bool {
	url := s.Text("url")
	if dns := s.below("dns"); dns.Node() != nil {
		return g.resolution(url, dns, s)
	}
	if scheme, address, ok := strings.Cut(url, "://"); ok && (scheme == "ws" || scheme == "wss" || scheme == "grpc" || scheme == "grpcs") {
		return g.talk(scheme, address, s)
	}
	if scheme, address, ok := strings.Cut(url, "://"); ok && (scheme == "tcp" || scheme == "tls" || scheme == "icmp") {
		return g.connection(scheme, address, s)
	}
	if url == "" {
		g.note(g.place, "the endpoint has no url")
		return false
	}
	if !strings.HasPrefix(url, "http://") && !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "${") {
		scheme, _, _ := strings.Cut(url, ":")
		g.note(g.place, "endpoints of the kind %q are not carried over", label(scheme, 20))
		return false
	}
	method := strings.ToLower(s.Text("method"))
	if method == "" {
		method = "get"
	}
	g.pairs = []any{method, g.text(url)}
	headers := flow()
	for _, e := range s.Map.Map("headers").Entries() {
		value := g.text(e.Value.Value)
		if isSecretive(e.Key) && !placeholder.MatchString(e.Value.Value) {
			value = word(g.keep(e.Key))
		}
		headers.Content = append(headers.Content, word(e.Key), value)
	}
	if len(headers.Content) > 0 {
		g.pairs = append(g.pairs, "headers", headers)
	}
	if body := s.Text("body"); body != "" {
		key := "body"
		if s.isTrue("graphql") {
			key, g.pairs[0] = "graphql", "post"
		}
		g.pairs = append(g.pairs, key, g.text(body))
	}
	s.Know("graphql")
	g.client(s.below("client"))
	for _, c := range s.Texts("conditions") {
		g.condition(c)
	}
	if len(g.wants) > 0 {
		g.pairs = append(g.pairs, "expect", list(g.wants...))
	}
	return g.add(g.place, g.pairs...)
}

// connection is an endpoint that is connected to, and no more: that it can be is the step's expectation.
func (g *gatus) connection(scheme, address string, s source) bool {
	verb := map[string]string{"tcp": "tcp", "tls": "tls", "icmp": "ping"}[scheme]
	g.pairs = []any{verb, g.text(strings.TrimSuffix(address, "/"))}
	c := s.below("client")
	if scheme == "tls" && c.isTrue("insecure") {
		g.pairs[1] = flow("address", g.pairs[1], "insecure_skip_verify", plain("true"))
		c.Know("insecure")
	}
	g.probe = block(verb, word("127.0.0.1:1"))
	return g.plainly(c, s)
}

// plainly finishes a step that is no request: its time, its family of addresses and its conditions.
func (g *gatus) plainly(c, s source) bool {
	if timeout := c.duration("timeout"); timeout > 0 {
		g.pairs = append(g.pairs, "timeout", plain(span(timeout)))
	}
	if family := c.Text("network"); family == "ip4" || family == "ip6" {
		g.pairs = append(g.pairs, "ip", plain(strings.TrimPrefix(family, "ip")))
	}
	if c.Node() != nil {
		c.rest(g.draft)
	}
	for _, condition := range s.Texts("conditions") {
		g.condition(condition)
	}
	if len(g.wants) > 0 {
		g.pairs = append(g.pairs, "expect", list(g.wants...))
	}
	return g.add(g.place, g.pairs...)
}

// resolution is an endpoint that is a name server, asked about a name.
func (g *gatus) resolution(server string, dns, s source) bool {
	g.pairs = []any{"dns", literal(dns.Text("query-name")), "server", g.text(strings.TrimPrefix(server, "udp://"))}
	if kind := dns.Text("query-type"); kind != "" {
		g.pairs = append(g.pairs, "query_type", literal(kind))
	}
	dns.rest(g.draft)
	g.probe, g.body = block("dns", word("shop.example")), "answers[0].value"
	c := s.below("client")
	if c.Text("network") != "" {
		g.note(g.place, "client.network is not carried over")
	}
	return g.plainly(c, s)
}

// talk is an endpoint of WebSocket, to which the body is sent, or of gRPC, which is asked for its health.
func (g *gatus) talk(scheme, address string, s source) bool {
	c := s.below("client")
	secure := scheme == "wss" || scheme == "grpcs"
	verb := "grpc"
	if scheme == "ws" || scheme == "wss" {
		verb = "websocket"
		g.pairs = []any{verb, g.text(scheme + "://" + address)}
		if body := s.Text("body"); body != "" {
			g.pairs = append(g.pairs, "query_response", list(block("send", g.text(body)), block("expect", literal("(?s).*"))))
		}
		g.probe, g.body = block(verb, word("ws://127.0.0.1:1/"), "query_response", list(block("send", word("x")))), "messages[-1]"
	} else {
		g.pairs = []any{verb, g.text(strings.TrimSuffix(address, "/"))}
		g.probe = block(verb, word("127.0.0.1:1"))
	}
	switch {
	case secure && c.isTrue("insecure"):
		g.pairs = append(g.pairs, "tls", flow("insecure_skip_verify", plain("true")))
	case secure && verb == "grpc":
		g.pairs = append(g.pairs, "tls", plain("true"))
	}
	c.Know("insecure")
	return g.plainly(c, s)
}

func (g *gatus) keep(name string) string {
	g.note(g.place, "the value of %q is not kept: set the environment variable %s", label(name, 60), strings.ToUpper(variableName(name)))
	return g.secret(name)
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// text is a text with the environment's variables in it. Those that look like secrets become secrets.
func (g *gatus) text(text string) *yaml.Node {
	var b strings.Builder
	at := 0
	for _, m := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(escape(text[at:m[0]]))
		name := text[m[2]:m[3]]
		if isSecretive(name) && strings.ToUpper(variableName(name)) == name {
			b.WriteString(g.secret(name))
		} else {
			b.WriteString("${{ env." + name + " }}")
		}
		at = m[1]
	}
	b.WriteString(escape(text[at:]))
	return word(b.String())
}

func (g *gatus) client(c source) {
	if c.Node() == nil {
		return
	}
	if timeout := c.duration("timeout"); timeout > 0 {
		g.pairs = append(g.pairs, "timeout", plain(span(timeout)))
	}
	if c.isTrue("ignore-redirect") {
		g.pairs = append(g.pairs, "redirects", plain("0"))
	}
	tls := flow()
	if c.isTrue("insecure") {
		tls.Content = append(tls.Content, word("insecure_skip_verify"), plain("true"))
	}
	t := c.below("tls")
	for _, key := range [...][2]string{{"certificate-file", "cert_file"}, {"private-key-file", "key_file"}} {
		if file := t.Text(key[0]); file != "" {
			tls.Content = append(tls.Content, word(key[1]), literal(file))
		}
	}
	if t.Node() != nil {
		t.rest(g.draft)
	}
	if len(tls.Content) > 0 {
		g.pairs = append(g.pairs, "tls", tls)
	}
	if proxy := c.Text("proxy-url"); proxy != "" {
		g.pairs = append(g.pairs, "proxy", g.text(proxy))
	}
	if o := c.below("oauth2"); o.Node() != nil {
		secret := g.text(o.Text("client-secret"))
		if !placeholder.MatchString(o.Text("client-secret")) {
			secret = word(g.keep("client_secret"))
		}
		pairs := []any{"client_id", g.text(o.Text("client-id")), "client_secret", secret, "token_url", g.text(o.Text("token-url"))}
		if scopes := o.Texts("scopes"); len(scopes) > 0 {
			pairs = append(pairs, "scopes", words(scopes))
		}
		g.pairs = append(g.pairs, "auth", block("oauth2", block(pairs...)))
		o.rest(g.draft)
	}
	switch family := c.Text("network"); {
	case family == "" || family == "ip":
	case c.Has("proxy-url"):
		g.note(g.place, "network: %s is left out: it is the proxy that connects to the target", label(family, 10))
	default:
		g.pairs = append(g.pairs, "ip", plain(strings.TrimPrefix(family, "ip")))
	}
	c.Know("insecure", "ignore-redirect")
	c.rest(g.draft)
}

// alerts takes over when an endpoint pages; who is paged is the team's affair.
func (g *gatus) alerts(s, alerting source) {
	var kinds []string
	opens, closes := 0, 0
	for _, n := range s.List("alerts") {
		a := sourceOf(n, g.place+".alerts")
		if strings.EqualFold(a.Text("enabled"), "false") {
			continue
		}
		kind := a.Text("type")
		kinds = append(kinds, kind)
		usual := alerting.below(kind).below("default-alert")
		for key, into := range map[string]*int{"failure-threshold": &opens, "success-threshold": &closes} {
			n := a.Int(key)
			if n == 0 {
				n = usual.Int(key)
			}
			if n > 0 && n <= 100 && (*into == 0 || n < *into) {
				*into = n
			}
		}
	}
	if len(kinds) == 0 {
		return
	}
	policy := flow("open_after", plain(fmt.Sprint(max(1, or(opens, 3)))), "close_after", plain(fmt.Sprint(max(1, or(closes, 2)))))
	g.set("alert", policy)
	if g.team == "" {
		g.head = append(g.head, "Add team: in outrider.yaml it has the pagers that Gatus calls "+label(strings.Join(kinds, ", "), 100)+".")
	}
}

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// within is a duration as a number of seconds or days.
func within(d time.Duration, unit time.Duration) string {
	text := fmt.Sprintf("%.3f", d.Seconds()/unit.Seconds())
	return strings.TrimRight(strings.TrimRight(text, "0"), ".")
}
