package imports

import (
	"fmt"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// waitForElement waits until so many elements are there, or seen.
func (r *recorder) waitForElement(place string, s *recordedStep) bool {
	one := r.locator(s, false)
	if one == nil {
		r.note(place, "none of the selectors can be used here")
		return false
	}
	operator, count := s.Operator, 1.0
	if operator == "" {
		operator = "=="
	}
	if s.Count != nil {
		count = *s.Count
	}
	for name := range s.Properties {
		r.note(place, "the property %s is not looked at", label(name, 60))
	}
	hidden := s.Visible != nil && !*s.Visible
	switch {
	case hidden || count == 0 && operator != ">=":
		return r.add(place, "gone", r.locators(place, s, false))
	case count == 1 && operator != "<=":
		return r.add(place, "see", r.locators(place, s, false)) && r.attributes(place, s)
	}
	if !slices.Contains([]string{"==", ">=", "<="}, operator) {
		r.note(place, "the operator %q is not known here", label(operator, 10))
		return false
	}
	text, ok := locatorText(one)
	if !ok {
		r.note(place, "counting elements in a frame is not carried over")
		return false
	}
	return r.add(place, "see", word("css=html"), "expect", word(fmt.Sprintf("count(%s) %s %.0f", quoted(text), operator, count)))
}

func (r *recorder) attributes(place string, s *recordedStep) bool {
	var expected []*yaml.Node
	text, ok := locatorText(r.locator(s, false))
	for name, value := range s.Attributes {
		if !ok {
			r.note(place, "the attribute %s is not looked at", label(name, 60))
			continue
		}
		expected = append(expected, word(fmt.Sprintf("attr(%s, %s) == %s", quoted(text), quoted(name), quoted(value))))
	}
	slices.SortFunc(expected, func(a, b *yaml.Node) int { return strings.Compare(a.Value, b.Value) })
	if len(expected) > 0 && !r.extend("expect", list(expected...)) {
		r.note(place, "the attributes are not looked at")
	}
	return true
}
