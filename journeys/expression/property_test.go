package expression

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// anyValue draws a value of JSON and names its type.
func anyValue(t *rapid.T, label string) (any, string) {
	switch rapid.IntRange(0, 6).Draw(t, label+" type") {
	case 0:
		return rapid.IntRange(-3, 3).Draw(t, label), "number"
	case 1:
		return float64(rapid.IntRange(-6, 6).Draw(t, label)) / 2, "number"
	case 2:
		return rapid.SampledFrom([]string{"", "0", "1", "true", "a"}).Draw(t, label), "text"
	case 3:
		return rapid.Bool().Draw(t, label), "bool"
	case 4:
		return []any{1, "a"}, "list"
	case 5:
		return map[string]any{"a": 1}, "map"
	}
	return nil, "null"
}

func TestWhateverTheTypesNoComparisonOfDifferentOnesHolds(t *testing.T) {
	programs := map[string]*Program{}
	compiled := func(source string) *Program {
		if programs[source] == nil {
			p, err := Compile(source, language(), nil)
			if err != nil {
				t.Fatal(err)
			}
			programs[source] = p
		}
		return programs[source]
	}
	rapid.Check(t, func(t *rapid.T) {
		left, leftType := anyValue(t, "left")
		right, rightType := anyValue(t, "right")
		operator := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "operator")
		env := answer{"json": map[string]any{"l": left, "r": right}}
		ordered := leftType == "number" || leftType == "text"
		fine := leftType == rightType && leftType != "null" && (ordered || operator == "==" || operator == "!=")
		verdicts := []Verdict{}
		for _, form := range []string{"json.l %s json.r", "not (json.l %s json.r)", "json.ll %s json.r", "not (json.l %s json.rr)"} {
			source := fmt.Sprintf(form, operator)
			verdicts = append(verdicts, compiled(source).Check(context.Background(), env))
		}
		if fine && (verdicts[0].Err != nil || verdicts[0].Holds == verdicts[1].Holds) {
			t.Fatalf("%v %s %v: %+v", left, operator, right, verdicts)
		}
		for i, v := range verdicts {
			missing := new(MissingError)
			if i >= 2 && (v.Holds || !errors.As(v.Err, &missing)) {
				t.Fatalf("a missing value: %+v", v)
			}
			if i < 2 && !fine && (v.Holds || v.Err == nil) {
				t.Fatalf("%v %s %v: %+v", left, operator, right, v)
			}
		}
	})
}
