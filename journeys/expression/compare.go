package expression

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// comparison is an operator that gives true or false for two values. Values of different types are an error:
// the text "12" is neither equal nor unequal to the number 12, it is a mistake or a broken answer.
type comparison struct {
	operator    string
	left, right operand
	slot        int
	// pattern is the compiled constant of `matches`.
	pattern *regexp.Regexp
}

// operand is what is known of a side before it is evaluated.
type operand struct {
	text     string
	constant bool
	// nilOK says that the author allowed it to be nil.
	nilOK bool
	slot  int
	// trace explains a path; its slot has a number with the digits of the answer, such as 12.00.
	trace *trace
}

// compile prepares a constant pattern; the type check has tried it before.
func (c *comparison) compile(pattern string) {
	if re, err := regexp.Compile(pattern); err == nil {
		c.pattern = re
	}
}

func (c *comparison) run(f *frame, left, right any) (any, error) {
	if err := f.work(1); err != nil {
		return nil, err
	}
	f.slots[c.left.slot], f.slots[c.right.slot] = left, right
	holds, err := c.judge(f, plain(left), plain(right))
	if err != nil {
		return nil, err
	}
	f.slots[c.slot] = holds
	return holds, nil
}

func (c *comparison) judge(f *frame, left, right any) (bool, error) {
	switch c.operator {
	case "==":
		return c.equal(f, left, right)
	case "!=":
		equal, err := c.equal(f, left, right)
		return !equal, err
	case "in":
		return c.in(f, left, right)
	case "<", "<=", ">", ">=":
		order, err := compare(left, right)
		if err != nil {
			return false, c.mismatch(left, right)
		}
		switch c.operator {
		case "<":
			return order < 0, nil
		case "<=":
			return order <= 0, nil
		case ">":
			return order > 0, nil
		}
		return order >= 0, nil
	}
	return c.search(f, left, right)
}

// search is contains, startsWith, endsWith and matches.
func (c *comparison) search(f *frame, left, right any) (bool, error) {
	l, ok := left.(string)
	if !ok {
		return false, c.notText(c.left, left)
	}
	r, ok := right.(string)
	if !ok {
		return false, c.notText(c.right, right)
	}
	// To look through a long body is work: much with a pattern, little without.
	pace := 1024
	if c.operator == "matches" {
		pace = 64
	}
	if err := f.work(len(l) / pace); err != nil {
		return false, err
	}
	switch c.operator {
	case "contains":
		return strings.Contains(l, r), nil
	case "startsWith":
		return strings.HasPrefix(l, r), nil
	case "endsWith":
		return strings.HasSuffix(l, r), nil
	}
	pattern := c.pattern
	if pattern == nil {
		var err error
		if pattern, err = regexp.Compile(r); err != nil {
			return false, fmt.Errorf("%s: %w", c.right.text, err)
		}
	}
	return pattern.MatchString(l), nil
}

func (c *comparison) equal(f *frame, left, right any) (bool, error) {
	if left == nil || right == nil {
		if left == nil && !c.left.nilOK || right == nil && !c.right.nilOK {
			return false, c.mismatch(left, right)
		}
		return left == nil && right == nil, nil
	}
	equal, err := equal(f, left, right)
	if errors.Is(err, errTypes) {
		return false, c.mismatch(left, right)
	}
	return equal, err
}

// in looks for a value in a list, or for a key in a map. That no element has the value's type is an error.
func (c *comparison) in(f *frame, left, right any) (bool, error) {
	if left == nil && !c.left.nilOK {
		return false, c.mismatch(left, right)
	}
	if m, ok := right.(map[string]any); ok {
		key, ok := left.(string)
		if !ok {
			return false, c.mismatch(left, right)
		}
		_, found := m[key]
		return found, nil
	}
	list, ok := listOf(right)
	if !ok {
		return false, fmt.Errorf("%s is %s, not a list", c.right.text, describe(right))
	}
	mismatched, compared := false, false
	for i := range list.Len() {
		if err := f.work(1); err != nil {
			return false, err
		}
		item := plain(list.Index(i).Interface())
		if left == nil || item == nil {
			if left == nil && item == nil {
				return true, nil
			}
			continue
		}
		same, err := equal(f, left, item)
		if same {
			return true, nil
		}
		if err != nil && !errors.Is(err, errTypes) {
			return false, err
		}
		mismatched, compared = mismatched || err != nil, compared || err == nil
	}
	if mismatched && !compared {
		return false, c.mismatch(left, right)
	}
	return false, nil
}

// differs says where the sides of == differ, if they are lists or maps.
func (c *comparison) differs(slots []any) []string {
	if c.operator != "==" {
		return nil
	}
	if d := differ(slots[c.left.slot], slots[c.right.slot]); d != "" {
		return []string{d}
	}
	return nil
}

// mismatch says that two values have different types. In lists and maps that is about something in them.
func (c *comparison) mismatch(left, right any) error {
	if d := differ(left, right); d != "" {
		return fmt.Errorf("%s cannot be compared with %s: %s", c.left.text, c.right.text, d)
	}
	if list, ok := listOf(right); ok && c.operator == "in" {
		err := fmt.Errorf("%s is %s, and no element of %s is of that type", c.left.text, describe(left), c.right.text)
		if !c.right.constant {
			err = fmt.Errorf("%w: %s", err, Show(list.Interface()))
		}
		return err
	}
	if c.right.constant {
		return fmt.Errorf("%s is %s, which cannot be compared with %s", c.left.text, describe(left), describe(right))
	}
	if c.left.constant {
		return fmt.Errorf("%s is %s, which cannot be compared with %s", c.right.text, describe(right), describe(left))
	}
	return fmt.Errorf("%s is %s and %s is %s, which cannot be compared",
		c.left.text, describe(left), c.right.text, describe(right))
}

func (c *comparison) notText(o operand, v any) error {
	return fmt.Errorf("%s is %s, and %s wants a text", o.text, describe(v), c.operator)
}

// errTypes says that two values have different types.
var errTypes = errors.New("different types")

// equal compares two values that are there, and all that is in them.
func equal(f *frame, left, right any) (bool, error) {
	if err := f.work(1); err != nil {
		return false, err
	}
	left, right = plain(left), plain(right)
	switch l := left.(type) {
	case nil:
		if right != nil {
			return false, errTypes
		}
		return true, nil
	case bool:
		r, ok := right.(bool)
		if !ok {
			return false, errTypes
		}
		return l == r, nil
	case map[string]any:
		r, ok := right.(map[string]any)
		if !ok {
			return false, errTypes
		}
		return equalMaps(f, l, r)
	}
	if order, err := compare(left, right); err == nil {
		return order == 0, nil
	}
	l, ok := listOf(left)
	if !ok {
		return false, errTypes
	}
	r, ok := listOf(right)
	if !ok {
		return false, errTypes
	}
	return equalLists(f, l, r)
}

func equalMaps(f *frame, left, right map[string]any) (bool, error) {
	if len(left) != len(right) {
		return false, nil
	}
	for key, l := range left {
		r, ok := right[key]
		if !ok {
			return false, nil
		}
		if same, err := equal(f, l, r); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func equalLists(f *frame, left, right reflect.Value) (bool, error) {
	if left.Len() != right.Len() {
		return false, nil
	}
	for i := range left.Len() {
		if same, err := equal(f, left.Index(i).Interface(), right.Index(i).Interface()); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

func listOf(v any) (reflect.Value, bool) {
	r := reflect.ValueOf(v)
	return r, r.Kind() == reflect.Slice || r.Kind() == reflect.Array
}

// compare orders two numbers, two texts, two times or two durations.
func compare(left, right any) (int, error) {
	switch l := left.(type) {
	case int:
		if r, ok := right.(int); ok {
			return cmp.Compare(l, r), nil
		}
	case string:
		if r, ok := right.(string); ok {
			return cmp.Compare(l, r), nil
		}
		return 0, errTypes
	case time.Time:
		if r, ok := right.(time.Time); ok {
			return l.Compare(r), nil
		}
		return 0, errTypes
	case time.Duration:
		if r, ok := right.(time.Duration); ok {
			return cmp.Compare(l, r), nil
		}
		return 0, errTypes
	}
	return compareNumbers(left, right)
}

// compareNumbers compares floats as floats, and whole numbers beyond 64 bits by all their digits.
func compareNumbers(left, right any) (int, error) {
	l, lok := float(left)
	r, rok := float(right)
	if !lok || !rok || math.IsNaN(l) || math.IsNaN(r) {
		// What a script could not count is no number: it is neither less than another nor unlike it.
		return 0, errTypes
	}
	_, exactLeft := left.(json.Number)
	_, exactRight := right.(json.Number)
	if exactLeft || exactRight {
		a, aok := new(big.Rat).SetString(fmt.Sprint(left))
		b, bok := new(big.Rat).SetString(fmt.Sprint(right))
		if aok && bok {
			return a.Cmp(b), nil
		}
	}
	return cmp.Compare(l, r), nil
}

func float(v any) (float64, bool) {
	switch n := v.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	case json.Number:
		f, err := n.Float64()
		return f, err == nil
	}
	return 0, false
}
