package web

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

type colour [3]float64

// palettes reads the colours of the style sheet, by day and by night.
func palettes(t *testing.T) map[string]map[string]colour {
	t.Helper()
	css, err := staticFiles.ReadFile("static/outrider.css")
	if err != nil {
		t.Fatal(err)
	}
	day, rest, ok := strings.Cut(string(css), "@media (prefers-color-scheme: dark)")
	if !ok {
		t.Fatal("there are no colours for the night")
	}
	night, _, _ := strings.Cut(rest, "*, *::before")
	found := map[string]map[string]colour{}
	for name, text := range map[string]string{"day": day, "night": night} {
		found[name] = map[string]colour{}
		for _, m := range regexp.MustCompile(`--([a-z-]+): #([0-9a-f]{6})`).FindAllStringSubmatch(text, -1) {
			n, err := strconv.ParseUint(m[2], 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			found[name][m[1]] = colour{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
		}
	}
	return found
}

// luminance and contrast are those of WCAG 2.2.
func (c colour) luminance() float64 {
	sum := 0.0
	for n, weight := range [3]float64{0.2126, 0.7152, 0.0722} {
		v := c[n] / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// mix is CSS' color-mix(in srgb, a share, b).
func mix(a colour, share float64, b colour) (m colour) {
	for n := range m {
		m[n] = a[n]*share + b[n]*(1-share)
	}
	return m
}

func TestEverythingCanBeReadByDayAndByNight(t *testing.T) {
	for when, p := range palettes(t) {
		check := func(least float64, what string, text colour, on string) {
			if got := contrast(text, p[on]); got < least {
				t.Errorf("by %s: %s on %s has a contrast of %.2f to 1, want %.1f", when, what, on, got, least)
			}
		}
		for _, on := range []string{"paper", "card", "sunk"} {
			for _, text := range []string{"ink", "soft", "link", "good", "slow", "bad", "unsure", "none"} {
				check(4.5, text, p[text], on)
			}
		}
		for _, kind := range []string{"slow", "bad", "unsure"} {
			for _, text := range []string{"ink", "link", kind} {
				check(4.5, text, p[text], kind+"-wash")
			}
			check(4.5, "a hint", mix(p["ink"], 0.72, p["card"]), kind+"-wash")
		}
		for _, drawn := range []string{"bar-good", "lead", "slow", "bad", "unsure", "resolve", "connect", "tls", "processing", "transfer"} {
			check(3, fmt.Sprintf("what is drawn in %s", drawn), p[drawn], "card")
		}
		if len(p) < 25 {
			t.Errorf("by %s there are only %d colours", when, len(p))
		}
	}
}
