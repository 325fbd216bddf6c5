package expression

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// maxShown is the number of characters of a value or an explanation that a person is shown.
const maxShown = 200

// Show writes a value for a person, on one line and in at most 200 characters.
func Show(v any) string {
	var b strings.Builder
	show(&b, v, 0)
	return cut(b.String(), maxShown)
}

// show stops when it has written enough: the value may be large, and hold itself many times.
func show(b *strings.Builder, v any, depth int) {
	if b.Len() > 4*maxShown {
		return
	}
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case string:
		b.WriteString(strconv.Quote(cut(v, maxShown)))
	case json.Number:
		b.WriteString(string(v))
	case float64:
		b.WriteString(strconv.FormatFloat(v, 'f', -1, 64))
	case time.Time:
		b.WriteString(v.Format(time.RFC3339Nano))
	case map[string]any:
		showMap(b, v, depth)
	default:
		if list, ok := listOf(v); ok {
			showList(b, list, depth)
			return
		}
		fmt.Fprint(b, v)
	}
}

func showMap(b *strings.Builder, m map[string]any, depth int) {
	keys := make([]string, 0, len(m))
	for k := range m {
		if keys = append(keys, k); len(keys) > 10*maxShown {
			break
		}
	}
	slices.Sort(keys)
	b.WriteByte('{')
	for i, k := range keys {
		if i > 0 {
			b.WriteString(", ")
		}
		if b.Len() > 4*maxShown || depth > 20 {
			break
		}
		b.WriteString(strconv.Quote(cut(k, maxShown)) + ": ")
		show(b, m[k], depth+1)
	}
	b.WriteByte('}')
}

func showList(b *strings.Builder, list reflect.Value, depth int) {
	b.WriteByte('[')
	for i := range list.Len() {
		if i > 0 {
			b.WriteString(", ")
		}
		if b.Len() > 4*maxShown || depth > 20 {
			break
		}
		show(b, list.Index(i).Interface(), depth+1)
	}
	b.WriteByte(']')
}

// describe names a value with its type: `the text "12"`.
func describe(v any) string {
	switch v := plain(v).(type) {
	case nil:
		return "null"
	case string:
		return "the text " + cut(strconv.Quote(cut(v, 80)), 80)
	case float64:
		if math.IsNaN(v) {
			return "not a number (NaN)"
		}
		return "the number " + Show(v)
	case int, json.Number:
		return "the number " + Show(v)
	case bool:
		return strconv.FormatBool(v)
	case map[string]any:
		return "a map"
	case time.Time:
		return "the time " + Show(v)
	case time.Duration:
		return "the duration " + v.String()
	}
	if _, ok := listOf(v); ok {
		return "a list"
	}
	return fmt.Sprintf("a %T", v)
}

// Format writes a value into a text: numbers without an exponent, lists and maps as JSON. A nil is missing;
// what says how its author calls it.
func Format(v any, what string) (string, error) {
	switch v := plain(v).(type) {
	case nil:
		return "", &MissingError{What: what}
	case string:
		return v, nil
	case int:
		return strconv.Itoa(v), nil
	case bool:
		return strconv.FormatBool(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", fmt.Errorf("%s is not a number", what)
		}
		return strconv.FormatFloat(v, 'f', -1, 64), nil
	case json.Number:
		return string(v), nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil
	case time.Duration:
		return v.String(), nil
	case fmt.Stringer:
		return v.String(), nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("writing %s: %w", what, err)
	}
	return string(text), nil
}

// cut shortens a text to so many characters, the last being an ellipsis then.
func cut(s string, limit int) string {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	runes := 0
	for i := range s {
		if runes++; runes == limit {
			return s[:i] + "…"
		}
	}
	return s
}
