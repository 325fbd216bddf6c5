package document

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// ParseDuration reads 250ms, 2s, 1m30s, 1.5h, 28d or 4w. A day has 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	const units = "want a number and a unit: ms, s, m, h, d or w"
	rest, negative := strings.CutPrefix(text, "-")
	if rest == "" {
		return 0, errors.New(units)
	}
	var total float64
	for rest != "" {
		end := strings.IndexFunc(rest, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
		if end < 0 {
			return 0, fmt.Errorf("%q has no unit, %s", text, units)
		}
		number, err := strconv.ParseFloat(rest[:end], 64)
		if err != nil {
			return 0, errors.New(units)
		}
		rest = rest[end:]
		end = strings.IndexFunc(rest, func(r rune) bool { return r >= '0' && r <= '9' || r == '.' })
		if end < 0 {
			end = len(rest)
		}
		unit, ok := durationUnit(rest[:end])
		if !ok {
			return 0, fmt.Errorf("unknown unit %q, %s", rest[:end], units)
		}
		total += number * float64(unit)
		rest = rest[end:]
	}
	if total > math.MaxInt64/2 {
		return 0, fmt.Errorf("%q is too long", text)
	}
	if negative {
		total = -total
	}
	return time.Duration(math.Round(total)), nil
}

func durationUnit(name string) (time.Duration, bool) {
	switch name {
	case "ms":
		return time.Millisecond, true
	case "s":
		return time.Second, true
	case "m":
		return time.Minute, true
	case "h":
		return time.Hour, true
	case "d":
		return 24 * time.Hour, true
	case "w":
		return 7 * 24 * time.Hour, true
	}
	return 0, false
}

// ParseBytes reads a size: 100B, 512KB, 2MB, 1GB in thousands, KiB, MiB, GiB in 1024s.
func ParseBytes(text string) (int64, error) {
	const units = "want a number and a unit: B, KB, MB, GB, KiB, MiB or GiB"
	end := strings.IndexFunc(text, func(r rune) bool { return r != '.' && (r < '0' || r > '9') })
	if end < 0 {
		return 0, fmt.Errorf("%q has no unit, %s", text, units)
	}
	number, err := strconv.ParseFloat(text[:end], 64)
	if err != nil {
		return 0, errors.New(units)
	}
	factor := 0.0
	switch strings.ToLower(strings.TrimSpace(text[end:])) {
	case "b":
		factor = 1
	case "kb":
		factor = 1e3
	case "mb":
		factor = 1e6
	case "gb":
		factor = 1e9
	case "kib":
		factor = 1 << 10
	case "mib":
		factor = 1 << 20
	case "gib":
		factor = 1 << 30
	default:
		return 0, fmt.Errorf("unknown unit %q, %s", strings.TrimSpace(text[end:]), units)
	}
	if number*factor > math.MaxInt64/2 {
		return 0, fmt.Errorf("%q is too large", text)
	}
	return int64(number * factor), nil
}

// ParseInt reads a whole number in decimal: 010 is ten, 1e3 a thousand.
func ParseInt(text string) (int, error) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, nil
	}
	f, err := ParseFloat(text)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return 0, fmt.Errorf("%q is not a whole number", text)
	}
	return int(f), nil
}

// ParseFloat reads a decimal number.
func ParseFloat(text string) (float64, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "0123456789.eE+-") != "" {
		return 0, fmt.Errorf("%q is not a number", text)
	}
	return f, nil
}

// ParseBool reads true and false, and what YAML 1.1 knew for them: yes, no, on, off.
func ParseBool(text string) (bool, error) {
	switch text {
	case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON":
		return true, nil
	case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", text)
}
