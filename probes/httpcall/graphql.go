package httpcall

import (
	"fmt"
	"net/http"

	"github.com/outrider-monitor/outrider/probes"
)

// graphQLErrors holds a GraphQL answer to hold no errors, unless the step itself looks at its JSON: servers answer
// 200 even when nothing worked.
func (x *exchange) graphQLErrors() error {
	if x.action.GraphQL == nil || x.status >= http.StatusBadRequest {
		return nil
	}
	for i := range x.step.Expect {
		if x.step.Expect[i].Uses("json") {
			return nil
		}
	}
	value, err := x.parsed()
	answer, ok := value.(map[string]any)
	if err != nil || !ok {
		return &probes.Failure{
			Reason: probes.Assertion, Message: "the answer is not one of GraphQL: it is no JSON object",
			Expected: "a JSON object", Got: x.excerpt(80), Err: err,
		}
	}
	list, _ := answer["errors"].([]any)
	if len(list) == 0 {
		return nil
	}
	first := "without a message"
	if e, ok := list[0].(map[string]any); ok {
		if text, ok := e["message"].(string); ok {
			first = text
		}
	}
	return &probes.Failure{
		Reason: probes.Assertion, Message: fmt.Sprintf("GraphQL answered with %d errors, first: %s", len(list), first),
		Expected: "no errors", Got: first,
	}
}
