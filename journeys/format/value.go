package format

import "encoding/json"

// isJSONNumber reports whether the text is a number as JSON writes it (RFC 8259, section 6). 010, +1, .5 and 1_000
// are none: they stay the text that their author wrote.
func isJSONNumber(text string) bool {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return false
	}
	return json.Valid([]byte(text))
}

// jsonScalar gives what an unquoted scalar is in the core schema of YAML 1.2, as far as JSON knows it too.
func jsonScalar(text string) (any, bool) {
	switch text {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	case "null", "Null", "NULL":
		return nil, true
	}
	if isJSONNumber(text) {
		return json.Number(text), true
	}
	return nil, false
}
