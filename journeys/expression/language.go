package expression

import (
	"context"
	"reflect"

	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/checker/nature"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/types"
)

// Root is a name at the start of a path: `status`, or `vars` in `vars.shop`.
type Root struct {
	Name string
	// Sample has the type of the root's value, for the type check; nil for any type.
	Sample any
	// Members says that the root is used as root.member only, the member being a constant. Whether it is known is
	// asked of [Known].
	Members bool
}

// Function is a function of the language.
type Function struct {
	Name string
	// Type is a func value of the function's type, such as (func(string) int)(nil); its body is never called.
	Type any
	// Or is another type that it may have. It may be nil.
	Or any
	// Prepare, when set, is told of each constant argument (a text, or a map of constants) when the expression is
	// compiled, and may give another value for it: a parsed locator for its text.
	Prepare func(index int, constant any) (any, error)
	// Call is the function. A *MissingError gives nil where the author allowed it (f() ?? x).
	Call func(ctx context.Context, env Env, args []any) (any, error)
}

// Env gives the values of the roots while an expression runs.
type Env interface {
	// Value gives a root's value, or that of one member of a root with members. Found is false where there is
	// none. An error ends the evaluation.
	Value(root, member string) (value any, found bool, err error)
}

// Known says what is wrong with a member of a root with members, or nil.
type Known func(root, member string) *Mistake

// Language is the names that an expression may use. It is made by [NewLanguage] and does not change.
type Language struct {
	roots     map[string]*Root
	functions map[string]*Function
	builtins  map[string]bool
	// elsewhere are names that are known, but not here, with the reason.
	elsewhere map[string]string
	// nilChecks makes `vars.x != nil` true or false where the member is not there.
	nilChecks bool
	names     []string
	// config and fields are what each compilation starts with.
	config *conf.Config
	fields types.Map
}

// Options are the parts of a Language.
type Options struct {
	Roots     []Root
	Functions []Function
	// Elsewhere are names that the author may know but cannot use here: name -> reason.
	Elsewhere map[string]string
	// NilChecks allows a root's member that is not there to be compared with nil.
	NilChecks bool
}

// builtins are the functions of expr-lang that are part of the language. Left out are those that give a value
// for nothing (get, mean, median), that cannot be bounded (uniq, flatten, repeat) and that nobody needs to
// judge an answer.
var builtins = [...]string{
	"all", "none", "any", "one", "filter", "map", "find", "findIndex", "count", "sum",
	"sortBy", "reduce", "len", "type", "abs", "ceil", "floor", "round", "int", "float", "trim",
	"trimPrefix", "trimSuffix", "upper", "lower", "indexOf", "lastIndexOf",
	"hasPrefix", "hasSuffix", "max", "min", "toJSON", "fromJSON", "now", "duration", "date", "first", "last",
	"take", "keys", "values", "reverse", "sort", "concat",
}

// NewLanguage makes a language.
func NewLanguage(o Options) *Language {
	l := &Language{
		roots:     map[string]*Root{},
		functions: map[string]*Function{},
		builtins:  map[string]bool{},
		elsewhere: o.Elsewhere,
		nilChecks: o.NilChecks,
		config:    conf.CreateNew(),
		fields:    types.Map{},
	}
	for i := range o.Roots {
		r := &o.Roots[i]
		l.roots[r.Name] = r
		l.names = append(l.names, r.Name)
		l.fields[r.Name] = types.Any
		if r.Sample != nil {
			l.fields[r.Name] = types.TypeOf(r.Sample)
		}
	}
	l.config.MaxNodes = maxNodes
	for _, f := range ownFunctions() {
		l.add(f)
	}
	for i := range o.Functions {
		l.add(&o.Functions[i])
	}
	for _, name := range builtins {
		l.builtins[name] = true
		l.names = append(l.names, name)
	}
	for name := range l.config.Builtins {
		if !l.builtins[name] {
			l.config.Disabled[name] = true
			delete(l.config.Builtins, name)
		}
	}
	for name, fn := range intrinsics() {
		l.config.Functions[name] = &builtin.Function{Name: name, Func: fn}
	}
	return l
}

// fresh gives a configuration of its own to a compilation: expr-lang writes into it.
func (l *Language) fresh() *conf.Config {
	c := *l.config
	c.NtCache = nature.Cache{}
	c.WithEnv(l.fields)
	return &c
}

func (l *Language) add(f *Function) {
	l.functions[f.Name] = f
	l.names = append(l.names, f.Name)
	types := []reflect.Type{reflect.TypeOf(f.Type)}
	if f.Or != nil {
		// Mistakes are explained by the last.
		types = []reflect.Type{reflect.TypeOf(f.Or), reflect.TypeOf(f.Type)}
	}
	l.config.Functions[f.Name] = &builtin.Function{
		Name:  f.Name,
		Types: types,
		Func:  func(...any) (any, error) { return nil, nil },
	}
}
