package format

import (
	"regexp"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// grpcVerbs ask a gRPC server. Unless they expect something of code, it must be OK.
func grpcVerbs() []verb {
	return []verb{{
		name: "grpc", doc: "ask the gRPC server at host:port whether it is healthy, or call its method", place: afterGRPC,
		schema: textSchema(), judges: true, keys: keysOf(grpcFields()), read: readGRPC,
	}}
}

func grpcFields() []field[journeys.GRPC] {
	return []field[journeys.GRPC]{
		{"service", "the service whose health is asked for; the whole server's if not given", textSchema(), func(p *parser, n *document.Node, g *journeys.GRPC) {
			g.Service = p.template(n)
		}},
		{"method", "the method to call, such as shop.Orders/Get, which the server describes by reflection", textSchema(), func(p *parser, n *document.Node, g *journeys.GRPC) {
			g.Method = p.required(n)
			method := regexp.MustCompile(`^[A-Za-z_][\w.]*/[A-Za-z_]\w*$`)
			if text, static := g.Method.Static(); static && text != "" && !method.MatchString(text) {
				p.r.Problem(n, "want a method, got "+quoteShort(text), "such as shop.Orders/Get")
			}
		}},
		{"json", "the message, as JSON", schema{}, func(p *parser, n *document.Node, g *journeys.GRPC) {
			v := p.value(n)
			g.JSON = &v
		}},
		{"headers", "metadata of the call", mapSchema(textsSchema()), func(p *parser, n *document.Node, g *journeys.GRPC) { g.Headers = p.headerPairs(n) }},
		{"tls", "true, or TLS settings as in Prometheus' tls_config", optionalTLSSchema(), func(p *parser, n *document.Node, g *journeys.GRPC) { g.TLS = p.optionalTLS(n) }},
		{"ip", "family of addresses: 4 or 6", choiceSchema("4", "6"), func(p *parser, n *document.Node, g *journeys.GRPC) { g.IP, _ = p.r.Enum(n, "4", "6") }},
	}
}

func readGRPC(p *parser, n *document.Node, m *document.Map) journeys.Action {
	g := &journeys.GRPC{Address: p.hostPort(n)}
	readKeys(p, m, grpcFields(), g)
	problem := func(key, message string) { p.r.ProblemAt(m.KeyPos(key), m.Node().Path(), message, "") }
	switch {
	case m.Has("method") && m.Has("service"):
		problem("service", "service is for the health check, method calls another method")
	case m.Has("json") && !m.Has("method"):
		problem("json", "json goes with method: the health check has its own message")
	}
	return g
}

// grpcNames are what the expressions of a grpc step see.
func grpcNames() []expression.Root {
	texts := map[string]string{}
	return append(connectionNames(), expression.Root{Name: "code", Sample: ""}, expression.Root{Name: "message", Sample: ""},
		expression.Root{Name: "json"}, expression.Root{Name: "headers", Sample: texts})
}
