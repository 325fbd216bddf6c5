package probes

import (
	"fmt"
	"strings"
	"testing"
)

func TestWhatChangesFromRunToRunIsNoDifference(t *testing.T) {
	for text, want := range map[string]string{
		"Order BB-7919 of 12:01, £11.50":                   "Order BB-# of #, £#",
		"/static/app.3f9a2c1b.js":                          "/static/app.#.js",
		"/orders/0b5f9a2e-1111-2222-3333-444455556666/eta": "/orders/#/eta",
		"Decade of facade":                                 "Decade of facade",
	} {
		if got := Steady(text); got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}

func TestAPortraitIsSmallAndHoldsNoSecret(t *testing.T) {
	r := NewRedactor(map[string]string{"password": "huntertwo"})
	p := &Portrait{}
	for n := range 40 {
		var page []string
		for i := range 60 {
			page = append(page, fmt.Sprintf("text %q huntertwo", strings.Repeat(string(rune('a'+i%26)), 60+i)))
		}
		p.Steps = append(p.Steps, settledLook(r, Look{Step: fmt.Sprint(n), Page: page, Requests: []string{"GET shop/huntertwo → 503"}}))
	}
	size, whole := 0, 0
	for _, l := range p.bounded().Steps {
		for _, line := range append(l.Page, l.Requests...) {
			size += len(line)
			if strings.Contains(line, "huntertwo") {
				t.Fatalf("a secret is in %q", line)
			}
		}
		if len(l.Page) > 0 {
			whole++
		}
	}
	if size > maxPortrait || whole == 0 {
		t.Errorf("%d bytes, %d pages", size, whole)
	}
	if got := p.Steps[0].Requests[0]; !strings.HasSuffix(got, "→ 503") {
		t.Errorf("how a request ended is lost: %q", got)
	}
}
