package expression

import (
	"encoding/json"
	"errors"
	"fmt"
)

// intrinsics are the functions that the rewriter puts into the program. No author can call them: @ is no
// letter of a name. Their arguments are the frame, what was known at compile time, and the values.
func intrinsics() map[string]func(...any) (any, error) {
	return map[string]func(...any) (any, error){
		"@get": func(args ...any) (any, error) {
			return args[1].(*access).get(args[0].(*frame))
		},
		"@walk": func(args ...any) (any, error) {
			return args[1].(*access).walk(args[0].(*frame), args[2])
		},
		"@key": func(args ...any) (any, error) {
			return args[1].(*access).key(args[0].(*frame), args[2], args[3])
		},
		"@compare": func(args ...any) (any, error) {
			return args[1].(*comparison).run(args[0].(*frame), args[2], args[3])
		},
		"@arithmetic": func(args ...any) (any, error) {
			return args[1].(*arithmetic).run(args[0].(*frame), args[2], args[3])
		},
		"@truth": func(args ...any) (any, error) {
			return args[1].(*truth).run(args[0].(*frame), args[2])
		},
		"@record": func(args ...any) (any, error) {
			return args[1].(*record).run(args[0].(*frame), args[2])
		},
		"@step": func(args ...any) (any, error) {
			return args[2], args[0].(*frame).work(1)
		},
		"@argument": func(args ...any) (any, error) {
			return args[1].(*argument).run(args[0].(*frame), args[2])
		},
		"@call": func(args ...any) (any, error) {
			return args[1].(*call).run(args[0].(*frame), args[2:])
		},
	}
}

// truth is a value that must be true or false.
type truth struct {
	text string
	slot int
}

func (t *truth) run(f *frame, v any) (any, error) {
	if err := f.work(1); err != nil {
		return nil, err
	}
	b, ok := v.(bool)
	if !ok {
		return nil, fmt.Errorf("%s is %s, neither true nor false", t.text, describe(v))
	}
	f.slots[t.slot] = b
	return b, nil
}

// record remembers a value for the explanation.
type record struct {
	slot int
	// needed is the text of a value that must not be nil.
	needed string
	// over is the list that the value speaks about, if it says nothing about an empty one.
	over *argument
	// name is the function's, and allowed what its author may write behind ?? where the list may be empty.
	name, allowed string
}

func (r *record) run(f *frame, v any) (any, error) {
	if r.over != nil && f.slots[r.over.slot] == true {
		// All of no elements are as they should be, and their sum is nothing: that is true, and proves nothing.
		if v = nil; r.needed != "" {
			return nil, &MissingError{What: r.over.text, Is: "an empty list",
				Why: fmt.Sprintf("%s() proves nothing about it; where it may be empty, write %s ?? %s", r.name, r.needed, r.allowed)}
		}
	}
	if v == nil && r.needed != "" {
		return nil, &MissingError{What: r.needed}
	}
	f.slots[r.slot] = v
	return v, nil
}

// step counts a turn of a loop.
type step struct{}

// argument is a value that a builtin of expr-lang is given.
type argument struct {
	text string
	// list says that the builtin wants a list.
	list bool
	// deep says that the builtin looks at everything in the value.
	deep bool
	// counts says that slot is told whether the list is empty.
	counts bool
	slot   int
}

func (a *argument) run(f *frame, v any) (any, error) {
	if a.counts {
		list, ok := listOf(v)
		f.slots[a.slot] = ok && list.Len() == 0
	}
	switch v := v.(type) {
	case nil:
		return nil, &MissingError{What: a.text}
	case string:
		if a.list {
			break
		}
		return v, f.text(len(v))
	case []any:
		if a.deep {
			return v, weigh(f, v)
		}
		return a.numbers(f, v)
	case []string:
		return v, f.work(len(v))
	case []int:
		return v, f.work(len(v))
	case map[string]any:
		if a.list {
			break
		}
		if a.deep {
			return v, weigh(f, v)
		}
		return v, f.work(len(v))
	}
	if _, ok := listOf(v); a.list && !ok {
		return nil, fmt.Errorf("%s is %s, not a list", a.text, describe(v))
	}
	return v, f.work(1)
}

// numbers gives a list whose numbers are numbers, as the builtins of expr-lang want them.
func (a *argument) numbers(f *frame, list []any) (any, error) {
	if err := f.work(len(list)); err != nil {
		return nil, err
	}
	for i, item := range list {
		if _, ok := item.(json.Number); ok {
			numbers := make([]any, len(list))
			copy(numbers, list[:i])
			for j := i; j < len(list); j++ {
				numbers[j] = plain(list[j])
			}
			return numbers, nil
		}
	}
	return list, nil
}

// weigh walks through everything in a value: lists that hold one list many times grow without memory.
func weigh(f *frame, v any) error {
	switch v := v.(type) {
	case string:
		return f.text(len(v))
	case []any:
		if err := f.work(1 + len(v)); err != nil {
			return err
		}
		for _, item := range v {
			if err := weigh(f, item); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := f.work(1 + len(v)); err != nil {
			return err
		}
		for _, item := range v {
			if err := weigh(f, item); err != nil {
				return err
			}
		}
	}
	return nil
}

// call is a call of a function of the language.
type call struct {
	function *Function
	text     string
	slot     int
	lenient  bool
}

func (c *call) run(f *frame, args []any) (any, error) {
	if err := f.work(1); err != nil {
		return nil, err
	}
	for i, arg := range args {
		if arg == nil {
			return nil, fmt.Errorf("%s: argument %d has no value", c.text, i+1)
		}
		if err := weigh(f, arg); err != nil {
			return nil, err
		}
	}
	v, err := c.function.Call(f.ctx, f.env, args)
	if err != nil {
		missing := new(MissingError)
		if errors.As(err, &missing) {
			if c.lenient {
				return nil, nil
			}
			return nil, err
		}
		return nil, fmt.Errorf("%s: %w", c.text, err)
	}
	f.slots[c.slot] = v
	return plain(v), nil
}
