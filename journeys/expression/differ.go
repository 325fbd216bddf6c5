package expression

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// differ says in words where two lists or maps differ first: "[1].price is 3, not 4". It is empty for anything else, and
// where they do not differ.
func differ(left, right any) string {
	switch plain(left).(type) {
	case map[string]any:
		if _, ok := right.(map[string]any); !ok {
			return ""
		}
	default:
		_, l := listOf(left)
		if _, r := listOf(right); !l || !r {
			return ""
		}
	}
	return new(seeker).difference("", left, right)
}

// maxSought is how many pairs of values are looked at: a list may hold another many times, and that one another.
const maxSought = 100_000

// seeker seeks the first difference.
type seeker struct{ looked int }

func (s *seeker) difference(path string, left, right any) string {
	left, right = plain(left), plain(right)
	if s.looked++; s.looked > maxSought {
		return ""
	}
	if l, ok := left.(map[string]any); ok {
		if r, ok := right.(map[string]any); ok {
			return s.maps(path, l, r)
		}
	}
	l, lok := listOf(left)
	r, rok := listOf(right)
	if lok && rok {
		for i := range min(l.Len(), r.Len()) {
			if s.looked > maxSought {
				break
			}
			if d := s.difference(path+"["+strconv.Itoa(i)+"]", l.Index(i).Interface(), r.Index(i).Interface()); d != "" {
				return d
			}
		}
		if l.Len() != r.Len() {
			return named(path, fmt.Sprintf("has %s, not %d", elements(l.Len()), r.Len()))
		}
		return ""
	}
	if left == nil && right == nil {
		return ""
	}
	if order, err := compare(left, right); err == nil && order == 0 {
		return ""
	}
	if l, ok := left.(bool); ok && l == right {
		return ""
	}
	return named(path, fmt.Sprintf("is %s, not %s", Show(left), Show(right)))
}

func (s *seeker) maps(path string, left, right map[string]any) string {
	for _, key := range slices.Sorted(maps.Keys(right)) {
		at := path + segment{key: key}.String()
		l, ok := left[key]
		if !ok {
			return named(at, "is missing")
		}
		if d := s.difference(at, l, right[key]); d != "" {
			return d
		}
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		if _, ok := right[key]; !ok {
			return named(path+segment{key: key}.String(), "is not wanted")
		}
	}
	return ""
}

func named(path, what string) string {
	if path == "" {
		return "it " + what
	}
	return path + " " + what
}

func elements(n int) string {
	if n == 1 {
		return "1 element"
	}
	return strconv.Itoa(n) + " elements"
}
