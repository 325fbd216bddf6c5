package expression

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// Limits of an expression's text.
const (
	maxSource = 4096
	maxNodes  = 1000
)

// Program is a compiled expression. It may be run by several goroutines at once.
type Program struct {
	source string
	vm     *vm.Program
	kind   reflect.Kind
	// trace explains the result by the values in the slots.
	trace *trace
	slots int
	names map[string]bool
	// nilOK says that the author allowed the value to be nil.
	nilOK bool
	// references are the members of roots with members, and what follows them.
	references []Reference
}

// Reference is a use of a root's member: journeys.browse.sku has the root journeys, the member browse and the
// next name sku, which is empty where there is none.
type Reference struct {
	Root, Member, Next string
	// Offset is the byte in the source at which the member stands.
	Offset int
}

// References are the uses of roots with members, in no certain order.
func (p *Program) References() []Reference { return p.references }

// Compile reads an expression and checks its names and types. Known may be nil: all members are known then. The
// error is Mistakes.
func Compile(source string, l *Language, known Known) (p *Program, err error) {
	// A bug of the compiler must not cost more than this expression.
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, Mistakes{{Message: fmt.Sprintf("the expression cannot be compiled: %v", r)}}
		}
	}()
	if mistake := plausible(source); mistake != nil {
		return nil, Mistakes{mistake}
	}
	config := l.fresh()
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		return nil, Mistakes{mistakeOf(source, err)}
	}
	n := &names{language: l, source: source, known: known, used: map[string]bool{}}
	if mistakes := n.check(tree.Node); len(mistakes) > 0 {
		return nil, mistakes
	}
	typ, err := checker.Check(tree, config)
	if err != nil {
		return nil, Mistakes{mistakeOf(source, err)}
	}
	w := &rewriter{language: l, source: source, traces: map[ast.Node]*trace{}}
	root := tree.Node
	nilOK := w.nilOK(root)
	tree.Node = w.node(root, false)
	if len(w.mistakes) > 0 {
		return nil, w.mistakes
	}
	p = &Program{source: source, kind: typ.Kind(), trace: w.traces[root], slots: w.slots, names: n.used, references: n.references, nilOK: nilOK}
	if p.vm, err = compiler.Compile(tree, config); err != nil {
		message, _, _ := strings.Cut(err.Error(), "\n")
		return nil, Mistakes{{Message: message}}
	}
	return p, nil
}

// Uses reports whether the expression uses the root or function of that name.
func (p *Program) Uses(name string) bool { return p.names[name] }

// Constant reports whether the expression has the same value whatever the names stand for: it uses none.
func (p *Program) Constant() bool { return len(p.names) == 0 && len(p.references) == 0 }

// MayBeBool reports whether the expression's type is bool or not known before it runs.
func (p *Program) MayBeBool() bool { return p.kind == reflect.Bool || p.kind == reflect.Interface }

func plausible(source string) *Mistake {
	if strings.TrimSpace(source) == "" {
		return &Mistake{Message: "the expression is empty"}
	}
	if len(source) > maxSource {
		return &Mistake{Message: fmt.Sprintf("the expression has %d bytes", len(source)),
			Hint: fmt.Sprintf("at most %d are read", maxSource)}
	}
	if i := strings.Index(source, "$env"); i >= 0 {
		return &Mistake{Offset: i, Message: "unknown name $env"}
	}
	return nil
}

// mistakeOf translates an error of expr-lang, whose place counts in runes.
func mistakeOf(source string, err error) *Mistake {
	var fe *file.Error
	if !errors.As(err, &fe) {
		return &Mistake{Message: err.Error()}
	}
	m := &Mistake{Offset: byteOffset(source, fe.From), Message: strings.TrimSpace(fe.Message)}
	switch {
	case strings.Contains(m.Message, `unexpected token Operator("=")`):
		m.Hint = "write == to compare"
	case strings.Contains(m.Message, "mismatched types"):
		m.Hint = "only values of one type can be compared; int(), float() and string() convert"
	}
	return m
}

func byteOffset(source string, runes int) int {
	offset := 0
	for ; runes > 0 && offset < len(source); runes-- {
		_, size := utf8.DecodeRuneInString(source[offset:])
		offset += size
	}
	return offset
}
