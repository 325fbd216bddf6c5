package redact

import "testing"

func TestWhatIsAKeyToSomethingIsKnownByItsName(t *testing.T) {
	for _, name := range []string{"Authorization", "proxy-authorization", "Cookie", "Set-Cookie", "X-API-Key", "x-csrf-token", "sessionId", "SID", "client_secret", "X-Amz-Signature"} {
		if !Name(name) {
			t.Errorf("%s would be shown", name)
		}
	}
	for _, name := range []string{"Content-Type", "Accept", "ETag", "Location", "page", "keyword", "postcode", "X-Outrider-Run", "Sec-Fetch-Mode"} {
		if Name(name) {
			t.Errorf("%s would not be shown", name)
		}
	}
}

func TestAURLKeepsAllButTheValuesOfTellingParameters(t *testing.T) {
	for raw, want := range map[string]string{
		"https://shop.example/menu?page=2":                         "https://shop.example/menu?page=2",
		"https://shop.example/in?a=1&token=abc%20d&b=2#x":          "https://shop.example/in?a=1&token=(not shown)&b=2#x",
		"https://ada:lovelace@shop.example/":                       "https://ada:%28not%20shown%29@shop.example/",
		"https://shop.example/cb?code=4/abc&state=x":               "https://shop.example/cb?code=(not shown)&state=x",
		"no url at all ? token=x":                                  "no url at all ? token=x",
		"https://shop.example/?%zz=1&q=pizza":                      "https://shop.example/?%zz=(not shown)&q=pizza",
		"https://shop.example/?empty=&token=&api_key=sk-live-1&q=": "https://shop.example/?empty=&token=&api_key=(not shown)&q=",
	} {
		if got := URL(raw); got != want {
			t.Errorf("%s became %s, want %s", raw, got, want)
		}
	}
}
