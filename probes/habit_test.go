package probes

import (
	"reflect"
	"strings"
	"testing"
)

func TestAThirdPartyThatAlwaysFailsExplainsNoFailure(t *testing.T) {
	then := &Portrait{Steps: []Look{
		{Step: "Open", Requests: []string{"GET chat.example/widget.js → 503", "GET shop.example/menu"}, Console: []string{"exception: chat is not there"}},
		{Step: "Pay", Requests: []string{"GET pay.example/card"}},
		{Step: "Later", Requests: []string{"GET pay.example/card → 503"}},
	}}
	for name, c := range map[string]struct {
		blamed []string
		now    Look
		want   []string
		words  string
	}{
		"it failed then as now":      {[]string{"chat.example"}, Look{Step: "Pay", Requests: []string{"GET chat.example/widget.js → 503"}}, nil, "chat.example failed like that"},
		"it fails in another way":    {[]string{"chat.example"}, Look{Step: "Pay", Requests: []string{"GET chat.example/widget.js → net::ERR_FAILED"}}, []string{"chat.example"}, ""},
		"something else of it fails": {[]string{"chat.example"}, Look{Step: "Pay", Requests: []string{"GET chat.example/widget.js → 503", "GET chat.example/style.css → 503"}}, []string{"chat.example"}, ""},
		"one of two is new": {[]string{"chat.example", "pay.example"}, Look{Step: "Pay", Requests: []string{"GET chat.example/widget.js → 503", "GET pay.example/card → 503"}},
			[]string{"pay.example"}, "chat.example failed like that"},
		"it failed only later then": {[]string{"pay.example"}, Look{Step: "Pay", Requests: []string{"GET pay.example/card → 503"}}, []string{"pay.example"}, ""},
		"its script failed then":    {[]string{"chat.example"}, Look{Step: "Pay", Console: []string{"exception: chat is not there"}}, nil, "chat.example failed like that"},
		"its script fails now":      {[]string{"chat.example"}, Look{Step: "Pay", Console: []string{"exception: chat broke"}}, []string{"chat.example"}, ""},
		"the step is not known":     {[]string{"chat.example"}, Look{Step: "Eat", Requests: []string{"GET chat.example/widget.js → 503"}}, []string{"chat.example"}, ""},
	} {
		f := unlessHabitual(&Failure{Message: "it failed", ThirdParty: c.blamed}, then, &c.now)
		if !reflect.DeepEqual(f.ThirdParty, c.want) || !strings.Contains(f.Message, c.words) || (c.words == "") != (f.Message == "it failed") {
			t.Errorf("%s: %q: %q", name, f.ThirdParty, f.Message)
		}
	}
}
