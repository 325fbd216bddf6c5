package secrets

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// pick gives one value of a JSON object. A key that the object has as it stands goes before one whose dots lead deeper. The
// errors follow the name of a secret and hold nothing of its text: the names of keys are no secrets, and the nearest is named.
func pick(text, key string) (string, error) {
	var object map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &object) != nil || object == nil {
		return "", fmt.Errorf("is not a JSON object, so it has no key %q", key)
	}
	raw, ok := object[key]
	if !ok {
		if first, rest, deeper := strings.Cut(key, "."); deeper && object[first] != nil {
			return pick(string(object[first]), rest)
		}
		err := fmt.Sprintf("has no key %q", key)
		names := make([]string, 0, len(object))
		for name := range object {
			names = append(names, name)
		}
		if hint := document.DidYouMean(key, names); hint != "" {
			err += " (" + hint + ")"
		}
		return "", errors.New(err)
	}
	return scalar(raw, key)
}

// scalar takes texts, numbers and booleans for a value.
func scalar(raw json.RawMessage, key string) (string, error) {
	var text string
	switch {
	case json.Unmarshal(raw, &text) == nil && string(raw) != "null":
		if text == "" {
			return "", fmt.Errorf("has nothing at the key %q", key)
		}
		return text, nil
	case string(raw) == "null":
		return "", fmt.Errorf("has nothing at the key %q", key)
	case raw[0] == '{' || raw[0] == '[':
		return "", fmt.Errorf("has no single value at the key %q", key)
	}
	return string(raw), nil
}
