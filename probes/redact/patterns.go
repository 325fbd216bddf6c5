package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"unicode/utf8"
)

// patterns are all texts that betray a secret, indexed by the byte they begin with.
type patterns struct {
	all   []pattern
	first [256][]int
	// whole maps the secrets too short to be sought to their names.
	whole map[string]string
	// markers are what replaced secrets look like; they are not searched again.
	markers map[string]bool
}

// pattern is a secret, or an encoding of it that has an alphabet of its own. Encodings that work letter by
// letter (URL, JSON, HTML) are not patterns but other spellings of a unit.
type pattern struct {
	name  string
	units []unit
	// card allows a blank or a hyphen between digits, as forms show card numbers.
	card bool
	// fold finds the pattern in any case: style sheets show texts in capitals, hosts are in small letters.
	fold bool
	// next is the second letter's first byte if the first letter is a single byte; 0 otherwise.
	next byte
	// before and after are the base64 letters next to the pattern that hold bits of the secret.
	before, after int
}

// unit is one letter of a pattern: its bytes, and its rune where they are valid UTF-8.
type unit struct {
	raw  string
	rune rune
}

func compilePatterns(values map[string]string) *patterns {
	p := &patterns{whole: map[string]string{}, markers: map[string]bool{}}
	for name, value := range values {
		p.markers[marker(name)] = true
		if len(value) < MinSought {
			p.whole[value] = name
			continue
		}
		p.add(pattern{name: name, fold: true}, value)
		if digits, ok := cardDigits(value); ok {
			p.add(pattern{name: name, card: true}, digits)
		}
		p.addEncoded(name, value)
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); len(line) >= 12 && line != value {
				p.add(pattern{name: name, fold: true}, line)
			}
		}
	}
	return p
}

func (p *patterns) addEncoded(name, value string) {
	digits := hex.EncodeToString([]byte(value))
	p.add(pattern{name: name}, digits)
	if upper := strings.ToUpper(digits); upper != digits {
		p.add(pattern{name: name}, upper)
	}
	for _, spelling := range spellings(value) {
		for offset := range 3 {
			p.addBase64(name, spelling, offset)
		}
	}
}

// addBase64 adds the letters that the secret alone decides when offset unknown bytes precede it in its
// group of three.
func (p *patterns) addBase64(name, value string, offset int) {
	bits := (offset + len(value)) * 8
	core := base64.RawStdEncoding.EncodeToString(append(make([]byte, offset), value...))
	first := (offset*8 + 5) / 6
	core = core[first : bits/6]
	pat := pattern{name: name}
	if offset*8%6 != 0 {
		pat.before = 1
	}
	if bits%6 != 0 {
		pat.after = 1
	}
	p.add(pat, core)
	if safe := strings.NewReplacer("+", "-", "/", "_").Replace(core); safe != core {
		p.add(pat, safe)
	}
}

func (p *patterns) add(pat pattern, text string) {
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		if r == utf8.RuneError && size == 1 {
			r = -1
		}
		pat.units = append(pat.units, unit{raw: text[:size], rune: r})
		text = text[size:]
	}
	if len(pat.units) == 0 {
		return
	}
	if len(pat.units) > 1 && len(pat.units[0].raw) == 1 {
		pat.next = pat.units[1].raw[0]
	}
	p.all = append(p.all, pat)
	index := len(p.all) - 1
	starts := map[byte]bool{pat.units[0].raw[0]: true, '%': true, '\\': true, '&': true, '+': true}
	if pat.units[0].raw == "+" {
		starts[' '] = true
	}
	if pat.fold {
		starts[lower(pat.units[0].raw[0])], starts[upper(pat.units[0].raw[0])] = true, true
	}
	for c := range starts {
		p.first[c] = append(p.first[c], index)
	}
}

// spellings are the value and what becomes of it in JSON and in URLs, without repetition.
func spellings(value string) []string {
	list := []string{value}
	quoted, err := json.Marshal(value)
	if err == nil {
		list = append(list, string(quoted[1:len(quoted)-1]))
	}
	list = append(list, url.QueryEscape(value), url.PathEscape(value))
	seen := map[string]bool{}
	var distinct []string
	for _, s := range list {
		if !seen[s] {
			seen[s] = true
			distinct = append(distinct, s)
		}
	}
	return distinct
}

// cardDigits gives the digits of a number that may be grouped by blanks or hyphens.
func cardDigits(s string) (string, bool) {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(s)
	return digits, len(digits) >= 8 && strings.Trim(digits, "0123456789") == ""
}

func marker(name string) string { return "«secret " + name + "»" }
