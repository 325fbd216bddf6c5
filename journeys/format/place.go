package format

import (
	"slices"

	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// place is where an expression stands; it decides which names there are.
type place int

const (
	// anywhere sees vars, secrets, env, run and journeys.
	anywhere place = iota
	// condition is an `if`, where what was not saved may be compared with nil.
	condition
	// pageCondition is the `if` of a browser step, which may look at the page.
	pageCondition
	afterHTTP
	onThePage
	afterEval
	afterUse
	// afterResponse sees an answer that the page got.
	afterResponse
	afterDNS
	afterTCP
	afterTLS
	afterWebSocket
	afterGRPC
	afterPing
)

// surroundings are the names that a place has beside those that all have.
type surroundings struct {
	roots     []expression.Root
	functions []expression.Function
	// where says which steps have them, for who uses one elsewhere.
	where string
}

// places are all places. A verb with names of its own adds one here.
func places() map[place]surroundings {
	return map[place]surroundings{
		anywhere:      {},
		condition:     {},
		pageCondition: {roots: journeys.BrowserNames(), functions: journeys.PageFunctions(), where: "in expect, save and if of a browser step"},
		afterHTTP:     {roots: httpNames(), functions: answerFunctions(), where: "in expect and save of an HTTP step"},
		onThePage:     {roots: journeys.BrowserNames(), functions: journeys.PageFunctions(), where: "in expect, save and if of a browser step"},
		afterEval: {
			roots:     append(journeys.BrowserNames(), expression.Root{Name: "result"}),
			functions: journeys.PageFunctions(), where: "in expect and save of an eval step",
		},
		afterResponse: {
			roots: rootsNamed(httpNames(), responseNames()), functions: answerFunctions(),
			where: "in expect and save of a wait_for_response step",
		},
		afterDNS:       {roots: dnsNames(), where: "in expect and save of a dns step"},
		afterTCP:       {roots: tcpNames(), where: "in expect and save of a tcp step"},
		afterTLS:       {roots: connectionNames(), where: "in expect and save of a tls step"},
		afterWebSocket: {roots: webSocketNames(), functions: jsonFunctions(), where: "in expect and save of a websocket step"},
		afterGRPC:      {roots: grpcNames(), functions: jsonFunctions(), where: "in expect and save of a grpc step"},
		afterPing:      {roots: pingNames(), where: "in expect and save of a ping step"},
		afterUse:       {roots: []expression.Root{{Name: "result", Sample: map[string]any{}, Members: true}}, where: "in expect and save of a use step"},
	}
}

// hasPage reports whether the place belongs to a step of the browser.
func (at place) hasPage() bool {
	return at == pageCondition || at == onThePage || at == afterEval || at == afterResponse
}

// httpNames are what an HTTP step's expressions see of the answer.
func httpNames() []expression.Root {
	texts := map[string]string{}
	return []expression.Root{
		{Name: "status", Sample: 0}, {Name: "headers", Sample: texts}, {Name: "body", Sample: ""}, {Name: "json"},
		{Name: "size", Sample: 0}, {Name: "cookies", Sample: texts}, {Name: "url", Sample: ""}, {Name: "redirects", Sample: []any{}},
		{Name: "proto", Sample: ""}, {Name: "remote_addr", Sample: ""}, {Name: "tls", Sample: map[string]any{}}, {Name: "timing", Sample: map[string]float64{}},
	}
}

// rootsNamed are those of the roots that have one of the names.
func rootsNamed(roots []expression.Root, names []string) []expression.Root {
	return slices.DeleteFunc(roots, func(r expression.Root) bool { return !slices.Contains(names, r.Name) })
}

// elsewhere says of each name that some place has where it is.
func elsewhere() map[string]string {
	reasons := map[string]string{}
	all := places()
	for _, at := range []place{afterDNS, afterTCP, afterWebSocket, afterGRPC, afterPing, afterEval, afterHTTP, onThePage} {
		for _, r := range all[at].roots {
			reasons[r.Name] = "it is there " + all[at].where
		}
	}
	for _, name := range []string{"remote_addr", "tls", "timing"} {
		reasons[name] = "it is there in expect and save of a step that connects by itself, such as get, tcp or tls"
	}
	reasons["result"] = "it is there in expect and save of an eval or a use step"
	reasons["url"] = "it is there in expect and save"
	for _, f := range journeys.PageFunctions() {
		reasons[f.Name] = "it looks at the page: it is there in expect, save and if of a browser step"
	}
	for _, f := range answerFunctions() {
		reasons[f.Name] = "it looks into the answer: it is there in expect and save of an HTTP step"
	}
	for _, later := range laterFunctions() {
		reasons[later] = "it is not supported yet"
	}
	return reasons
}
