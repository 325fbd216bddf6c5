package redact

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

const markerStart, markerEnd = "«secret ", "»"

// replace removes every match, and with tail also the beginning of a secret that ends the text.
func (p *patterns) replace(s string, tail bool) string {
	if name, ok := p.whole[strings.Trim(strings.TrimSpace(s), `"`)]; ok {
		return marker(name)
	}
	var b strings.Builder
	var kept int // what precedes is written or removed
	var open struct {
		start, end int
		name       string
	}
	flush := func() {
		if open.end > 0 {
			b.WriteString(s[kept:open.start])
			b.WriteString(marker(open.name))
			kept, open.end = open.end, 0
		}
	}
	for i := 0; i < len(s); i++ {
		if end := p.markerAt(s, i); end > 0 {
			i = end - 1
			continue
		}
		start, end, name := p.longest(s, i, tail)
		if end == 0 {
			continue
		}
		if open.end > start {
			open.end = max(open.end, end)
			continue
		}
		flush()
		open.start, open.end, open.name = max(start, kept), end, name
	}
	flush()
	if kept == 0 {
		return s
	}
	b.WriteString(s[kept:])
	return b.String()
}

// markerAt gives the end of a marker that begins at i, or 0.
func (p *patterns) markerAt(s string, i int) int {
	if s[i] != markerStart[0] || !strings.HasPrefix(s[i:], markerStart) {
		return 0
	}
	length := strings.Index(s[i:], markerEnd)
	if length < 0 {
		return 0
	}
	end := i + length + len(markerEnd)
	if !p.markers[s[i:end]] {
		return 0
	}
	return end
}

// longest gives the longest match that begins at i, base64 neighbours included; end is 0 without one.
func (p *patterns) longest(s string, i int, tail bool) (start, end int, name string) {
	for _, index := range p.first[s[i]] {
		pat := &p.all[index]
		if !pat.plausible(s, i) {
			continue
		}
		e := pat.match(s, i, tail)
		if e == 0 {
			continue
		}
		b := i
		for n := pat.before; n > 0 && b > 0 && isBase64(s[b-1]); n-- {
			b--
		}
		for n := pat.after; n > 0 && e < len(s) && isBase64(s[e]); n-- {
			e++
		}
		if e-b > end-start {
			start, end, name = b, e, pat.name
		}
	}
	return start, end, name
}

// plausible looks at two bytes only: it saves match most of its work on texts that hold no secret.
func (pat *pattern) plausible(s string, i int) bool {
	if pat.next == 0 || pat.card || s[i] != pat.units[0].raw[0] || isEscape(s[i]) || i+1 >= len(s) {
		return true
	}
	return s[i+1] == pat.next || pat.fold && lower(s[i+1]) == lower(pat.next) || isEscape(s[i+1]) || pat.next == '+' && s[i+1] == ' '
}

// isEscape reports whether another spelling than the raw one may begin with c.
func isEscape(c byte) bool { return c == '%' || c == '\\' || c == '&' || c == '+' }

// match gives the end of the pattern's match at i, or 0. It follows all spellings of each unit at once,
// so that its time is bounded whatever the text holds.
func (pat *pattern) match(s string, i int, tail bool) int {
	var buffer [2][8]int
	at := append(buffer[0][:0], i)
	for n := range pat.units {
		next := buffer[(n+1)%2][:0]
		for _, pos := range at {
			if tail && n >= MinSought && cutOff(s[pos:]) {
				return len(s)
			}
			if pos >= len(s) {
				continue
			}
			if n >= MinSought && (strings.HasPrefix(s[pos:], "…") || strings.HasPrefix(s[pos:], "...")) {
				return pos // somebody has cut the secret short
			}
			next = pat.units[n].ends(s, pos, next)
			if raw := pat.units[n].raw; pat.fold && len(raw) == 1 && lower(s[pos]) == lower(raw[0]) {
				next = insert(next, pos+1)
			}
			if pat.card && n > 0 {
				if skip := separator(s[pos:]); skip > 0 && pos+skip < len(s) {
					next = pat.units[n].ends(s, pos+skip, next)
				}
			}
		}
		if len(next) == 0 {
			return 0
		}
		at = next
	}
	end := 0
	for _, pos := range at {
		end = max(end, pos)
	}
	return end
}

// cutOff reports whether a text's rest is nothing, or the beginning of an escape.
func cutOff(rest string) bool {
	return rest == "" || len(rest) < len(`\u0000`) && strings.IndexByte(`%\&`, rest[0]) >= 0
}

// ends appends where the unit may end when it begins at i, for each way of spelling it.
func (u *unit) ends(s string, i int, list []int) []int {
	if strings.HasPrefix(s[i:], u.raw) {
		list = insert(list, i+len(u.raw))
	}
	switch s[i] {
	case ' ':
		// A server that reads a plus in a query takes it for a blank, and may say it back so.
		if u.raw == "+" {
			list = insert(list, i+1)
		}
	case '%':
		list = insert(list, percent(u.raw, s, i))
		switch u.raw {
		case " ":
			list = insert(list, percent("+", s, i))
		case "+":
			list = insert(list, percent(" ", s, i))
		}
		// A percent sign that was encoded several times ends at each of its 25s.
		for end := i + 3; u.raw == "%" && hexByte(s, end-2, '%') && len(list) < cap(list); end += 2 {
			list = insert(list, end)
		}
	case '+':
		if u.raw == " " {
			list = insert(list, i+1)
		}
	case '\\':
		list = u.backslash(s, i, list)
	case '&':
		list = u.entity(s, i, list)
	}
	return list
}

// insert adds a position unless it is 0, known, or one too many.
func insert(list []int, pos int) []int {
	if pos == 0 || len(list) == cap(list) {
		return list
	}
	for _, p := range list {
		if p == pos {
			return list
		}
	}
	return append(list, pos)
}

// percent reads the bytes as %XX, encoded any number of times.
func percent(raw, s string, i int) int {
	for k := range len(raw) {
		if i >= len(s) || s[i] != '%' {
			return 0
		}
		i++
		for !hexByte(s, i, raw[k]) {
			if !hexByte(s, i, '%') {
				return 0
			}
			i += 2
		}
		i += 2
	}
	return i
}

// shortEscapes are the letters after a backslash in JSON and JavaScript.
var shortEscapes = map[rune]byte{'\n': 'n', '\r': 'r', '\t': 't', '\b': 'b', '\f': 'f'}

// backslash reads the unit as an escape of JSON or JavaScript, quoted any number of times.
func (u *unit) backslash(s string, i int, list []int) []int {
	j := i
	for j < len(s) && s[j] == '\\' {
		j++
	}
	if u.raw == `\` {
		for _, n := range [...]int{2, 3, 4, 8} {
			if i+n <= j {
				list = insert(list, i+n)
			}
		}
	}
	if j == len(s) {
		return list
	}
	if short, ok := shortEscapes[u.rune]; ok && s[j] == short {
		return insert(list, j+1)
	}
	if s[j] == 'u' {
		return insert(list, u.unicode(s, j))
	}
	if s[j] == 'x' && len(u.raw) == 1 && hexByte(s, j+1, u.raw[0]) {
		return insert(list, j+3)
	}
	if len(u.raw) == 1 && s[j] == u.raw[0] {
		list = insert(list, j+1)
	}
	return list
}

// unicode reads uXXXX at i, or a pair of them for a rune beyond the basic plane.
func (u *unit) unicode(s string, i int) int {
	r, end := codeUnit(s, i)
	if end == 0 || u.rune < 0 {
		return 0
	}
	if utf16.IsSurrogate(r) {
		j := end
		for j < len(s) && s[j] == '\\' {
			j++
		}
		low, lowEnd := codeUnit(s, j)
		if lowEnd == 0 {
			return 0
		}
		r, end = utf16.DecodeRune(r, low), lowEnd
	}
	if r != u.rune {
		return 0
	}
	return end
}

func codeUnit(s string, i int) (rune, int) {
	if i+5 > len(s) || s[i] != 'u' {
		return 0, 0
	}
	n, err := strconv.ParseUint(s[i+1:i+5], 16, 16)
	if err != nil {
		return 0, 0
	}
	return rune(n), i + 5
}

// namedEntities are the entities that escaping functions write.
var namedEntities = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\'', "nbsp": '\u00a0'}

// entity reads the unit as an HTML entity, escaped any number of times.
func (u *unit) entity(s string, i int, list []int) []int {
	for i++; ; {
		length := strings.IndexByte(s[i:min(len(s), i+12)], ';')
		if length < 0 {
			return list
		}
		inner := s[i : i+length]
		i += length + 1
		if entityRune(inner) == u.rune {
			list = insert(list, i)
		}
		if inner != "amp" || len(list) == cap(list) {
			return list
		}
	}
}

// noRune is a rune that no unit has.
const noRune = -2

// entityRune gives the rune that an entity's inner text names, or noRune.
func entityRune(inner string) rune {
	if r, ok := namedEntities[inner]; ok {
		return r
	}
	number, numeric := strings.CutPrefix(inner, "#")
	if !numeric {
		return noRune
	}
	base := 10
	if number != "" && (number[0] == 'x' || number[0] == 'X') {
		number, base = number[1:], 16
	}
	n, err := strconv.ParseUint(number, base, 31)
	if err != nil {
		return noRune
	}
	return rune(n)
}

// hexByte reports whether the two hexadecimal digits at i are the byte c.
func hexByte(s string, i int, c byte) bool {
	const digits = "0123456789abcdef"
	return i+2 <= len(s) && lower(s[i]) == digits[c>>4] && lower(s[i+1]) == digits[c&15]
}

func upper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// separator gives the length of what may stand between the digits of a card number, or 0.
func separator(s string) int {
	for _, sep := range [...]string{" ", "-", "+", "\u00a0", "%20"} {
		if strings.HasPrefix(s, sep) {
			return len(sep)
		}
	}
	return 0
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' ||
		c == '+' || c == '/' || c == '-' || c == '_'
}
