package expression

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/expr-lang/expr/vm/runtime"
)

// arithmetic is an operator that makes a value of two.
type arithmetic struct {
	operator    string
	left, right string
}

// run says what is wrong with an operand in its author's words; the calculation is expr-lang's.
func (a *arithmetic) run(f *frame, left, right any) (v any, err error) {
	if err := f.work(1); err != nil {
		return nil, err
	}
	left, right = plain(left), plain(right)
	if err := a.known(a.left, left); err != nil {
		return nil, err
	}
	if err := a.known(a.right, right); err != nil {
		return nil, err
	}
	if l, ok := left.(string); ok {
		r, ok := right.(string)
		if !ok || a.operator != "+" {
			return nil, a.mismatch(left, right)
		}
		if err := f.text(len(l) + len(r)); err != nil {
			return nil, err
		}
		return l + r, nil
	}
	defer func() {
		if r := recover(); r != nil {
			v, err = nil, a.mismatch(left, right)
		}
	}()
	return a.calculate(left, right)
}

func (a *arithmetic) known(text string, v any) error {
	switch v := v.(type) {
	case nil:
		return &MissingError{What: text}
	case json.Number:
		return fmt.Errorf("%s is %s, too large a number to calculate with", text, v)
	}
	return nil
}

func (a *arithmetic) calculate(left, right any) (any, error) {
	switch a.operator {
	case "+":
		return runtime.Add(left, right), nil
	case "-":
		return runtime.Subtract(left, right), nil
	case "*":
		return runtime.Multiply(left, right), nil
	case "**", "^":
		return runtime.Exponent(left, right), nil
	}
	if divisor, ok := float(right); ok && divisor == 0 {
		return nil, errors.New(a.right + " is 0: division by zero")
	}
	if a.operator == "/" {
		return runtime.Divide(left, right), nil
	}
	return runtime.Modulo(left, right), nil
}

func (a *arithmetic) mismatch(left, right any) error {
	return fmt.Errorf("%s is %s and %s is %s: there is no %s for them",
		a.left, describe(left), a.right, describe(right), a.operator)
}
