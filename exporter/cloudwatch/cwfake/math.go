package cwfake

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/smithy-go/encoding/cbor"
)

// calculate does the metric math that alarms of ours use: names of metrics and numbers, joined by * and / from left to
// right. A metric without a value gives none. Anything else is an error: a wrong value would be worse.
func calculate(expression string, values map[string]float64) (value float64, ok bool, err error) {
	fields := strings.Fields(expression)
	for i := 0; i < len(fields); i += 2 {
		v, known := values[fields[i]]
		if !known {
			if v, err = strconv.ParseFloat(fields[i], 64); err != nil {
				if strings.ToLower(fields[i]) == fields[i] && isName(fields[i]) {
					return 0, false, nil
				}
				return 0, false, fmt.Errorf("cwfake cannot calculate %q", expression)
			}
		}
		switch {
		case i == 0:
			value = v
		case fields[i-1] == "*":
			value *= v
		case fields[i-1] == "/":
			value /= v
		default:
			return 0, false, fmt.Errorf("cwfake cannot calculate %q", expression)
		}
	}
	return value, len(fields) > 0, nil
}

func isName(text string) bool {
	return strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && text[0] >= 'a'
}

func (s *Server) setAlarmState(in cbor.Map) (cbor.Map, error) {
	a := s.alarms[text(in, "AlarmName")]
	if a == nil {
		return nil, &Fault{404, "ResourceNotFound", "There is no alarm " + text(in, "AlarmName")}
	}
	state := text(in, "StateValue")
	if state != OK && state != InAlarm && state != InsufficientData {
		return nil, invalid("The value %q for parameter StateValue is invalid.", state)
	}
	s.enter(a, state, text(in, "StateReason"))
	return cbor.Map{}, nil
}
