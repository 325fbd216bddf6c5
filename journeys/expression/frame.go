package expression

import (
	"context"
	"fmt"
	"sync"

	"github.com/expr-lang/expr/vm"
)

// Limits of one evaluation.
const (
	// maxSteps counts values looked at: about a second of work.
	maxSteps = 5_000_000
	// maxBytes counts the text given to functions and operators that make text of it.
	maxBytes = 64 << 20
	// maxElements counts the elements of the lists that the program makes.
	maxElements = 500_000
)

// frame is one evaluation.
type frame struct {
	ctx   context.Context
	env   Env
	vm    vm.VM
	slots []any
	steps int
	bytes int
}

// unseen is in the slot of a value that was not looked at.
type unseen struct{}

// frames are reused: an evaluation costs its values and little more.
var frames = sync.Pool{New: func() any { return new(frame) }}

func newFrame(ctx context.Context, env Env, slots int) *frame {
	f := frames.Get().(*frame)
	f.ctx, f.env, f.steps, f.bytes = ctx, env, 0, 0
	if cap(f.slots) < slots {
		f.slots = make([]any, slots)
	}
	f.slots = f.slots[:slots]
	for i := range f.slots {
		f.slots[i] = unseen{}
	}
	f.vm.MemoryBudget = maxElements
	return f
}

// release gives the frame back, holding on to nothing that the evaluation saw.
func (f *frame) release() {
	f.ctx, f.env = nil, nil
	clear(f.slots)
	clear(f.vm.Stack[:cap(f.vm.Stack)])
	clear(f.vm.Variables)
	clear(f.vm.Scopes[:cap(f.vm.Scopes)])
	if cap(f.slots) < 256 && cap(f.vm.Stack) < 1024 {
		frames.Put(f)
	}
}

// work counts n values; the evaluation ends with its context or when it has looked at too many.
func (f *frame) work(n int) error {
	before := f.steps
	f.steps += n
	if f.steps > maxSteps {
		return tooMuch("steps", maxSteps)
	}
	if before>>10 != f.steps>>10 {
		if err := f.ctx.Err(); err != nil {
			return fmt.Errorf("evaluating: %w", context.Cause(f.ctx))
		}
	}
	return nil
}

// text counts the bytes of a text that is copied.
func (f *frame) text(n int) error {
	if f.bytes += n; f.bytes > maxBytes {
		return tooMuch("bytes of text", maxBytes)
	}
	return nil
}
