package journeys

import "testing"

func TestAFailureIsToleratedOnlyIfEveryHostIs(t *testing.T) {
	for _, c := range []struct {
		rule  ThirdParty
		hosts []string
		want  bool
	}{
		{ThirdParty{TolerateAll: true}, []string{"a.example"}, true},
		{ThirdParty{TolerateAll: true}, nil, false},
		{ThirdParty{}, []string{"a.example"}, false},
		{ThirdParty{Tolerate: []string{"a.example"}}, []string{"a.example", "cdn.a.example:8443"}, true},
		{ThirdParty{Tolerate: []string{"a.example"}}, []string{"a.example", "b.example"}, false},
		{ThirdParty{Tolerate: []string{"a.example"}}, []string{"notta.example"}, false},
		{ThirdParty{Tolerate: []string{"127.0.0.1:8080"}}, []string{"127.0.0.1:8081"}, false},
	} {
		if got := c.rule.Tolerates(c.hosts); got != c.want {
			t.Errorf("%+v tolerates %q: %v", c.rule, c.hosts, got)
		}
	}
}
