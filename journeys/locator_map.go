package journeys

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// locatorOf reads the map form of a locator as an expression writes it: {label: "Card number", frame: {title: "Pay"}}.
func locatorOf(m map[string]any) (Locator, error) {
	var l Locator
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if err := l.put(key, m[key]); err != nil {
			return l, err
		}
	}
	switch {
	case l.Engine == "":
		return l, errors.New("the locator does not say how to find the element: want one of " + strings.Join(EngineTable(), ", "))
	case l.Name != nil && l.Engine != ByRole:
		return l, errors.New("name goes with role")
	}
	return l, nil
}

// put sets one key of the map form.
func (l *Locator) put(key string, value any) (err error) {
	switch key {
	case "exact":
		var ok bool
		if l.Exact, ok = value.(bool); !ok {
			return fmt.Errorf("exact wants true or false, got %s", expression.Show(value))
		}
		return nil
	case "nth":
		n, ok := value.(int)
		if !ok {
			return fmt.Errorf("nth wants a whole number, got %s", expression.Show(value))
		}
		l.Nth = &n
		return nil
	case "within":
		l.Within, err = innerLocator(value)
		return err
	case "frame":
		l.Frame, err = innerLocator(value)
		return err
	}
	text, ok := value.(string)
	if !ok || strings.TrimSpace(text) == "" {
		return fmt.Errorf("%s wants a text, got %s", key, expression.Show(value))
	}
	t := Literal(text)
	switch key {
	case "name":
		l.Name = &t
		return nil
	case "has_text":
		l.HasText = &t
		return nil
	}
	return l.by(key, t, text)
}

// by sets how the element is found.
func (l *Locator) by(key string, t Template, text string) error {
	if !slices.Contains(EngineTable(), key) {
		known := append(slices.Clone(EngineTable()), "name", "exact", "nth", "has_text", "within", "frame")
		if hint := document.DidYouMean(key, known); hint != "" {
			return fmt.Errorf("unknown key %q of a locator: %s", key, hint)
		}
		return fmt.Errorf("unknown key %q of a locator", key)
	}
	if l.Engine != "" {
		return fmt.Errorf("%s and %s are two ways to find the element", l.Engine, key)
	}
	l.Engine, l.Value = Engine(key), t
	if l.Engine == ByRole {
		return KnownRole(text)
	}
	return Balanced(l.Engine, text)
}

func innerLocator(value any) (*Locator, error) {
	l, err := anyLocator(value)
	return &l, err
}

// anyLocator reads a locator that an expression gives in either form.
func anyLocator(value any) (Locator, error) {
	switch v := value.(type) {
	case *Locator:
		return *v, nil
	case string:
		return ParseLocator(v)
	case map[string]any:
		return locatorOf(v)
	}
	return Locator{}, fmt.Errorf("want a locator, got %s", expression.Show(value))
}
