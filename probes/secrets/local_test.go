package secrets

import (
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
)

func TestAKeyPicksOneValueOfTheJSONThatAWSKeeps(t *testing.T) {
	const login = `{"user": "ada", "password": "hunter \"two\"", "db": {"port": 5432, "tls": true, "none": null}, "a.b": "dotted", "empty": "", "list": [1]}`
	for _, c := range []struct{ text, key, value, problem string }{
		{login, "", login, ""},
		{login, "password", `hunter "two"`, ""},
		{login, "db.port", "5432", ""},
		{login, "db.tls", "true", ""},
		{login, "a.b", "dotted", ""},
		{"plain\r\n", "", "plain", ""},
		{login, "pasword", "", `has no key "pasword" (did you mean "password"?)`},
		{login, "db.user", "", `has no key "user"`},
		{login, "user.name", "", `is not a JSON object, so it has no key "name"`},
		{login, "db", "", `has no single value at the key "db"`},
		{login, "list", "", `has no single value at the key "list"`},
		{login, "db.none", "", `has nothing at the key "none"`},
		{login, "empty", "", `has nothing at the key "empty"`},
		{"hunter two", "password", "", `the secret shop/card in AWS Secrets Manager (eu-west-1) is not a JSON object, so it has no key "password"`},
		{"null", "password", "", "is not a JSON object"},
		{"\n", "", "", "is empty"},
	} {
		v := card()
		got, err := Read(t.Context(), journeys.Secret{Name: "card", Vault: &v, Key: c.key}, ".", nil, NewKeeper(&service{value: c.text}, nil))
		if got != c.value || (err == nil) != (c.problem == "") || err != nil && !strings.Contains(err.Error(), c.problem) {
			t.Errorf("%s of %s: got %q, %v; want %q, %q", c.key, c.text, got, err, c.value, c.problem)
		}
		if err != nil && strings.Contains(err.Error(), "hunter") {
			t.Errorf("the message holds the secret: %v", err)
		}
	}
}

func TestWithoutAKeeperNothingIsAsked(t *testing.T) {
	v := card()
	_, err := Read(t.Context(), journeys.Secret{Name: "card", Vault: &v}, ".", nil, nil)
	if err == nil || !strings.Contains(err.Error(), "nothing here can ask for the secret shop/card") {
		t.Error(err)
	}
}
