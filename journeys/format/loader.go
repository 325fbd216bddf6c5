package format

import (
	"github.com/outrider-monitor/outrider/journeys"
	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/journeys/expression"
)

// Loader reads the files of one configuration. Journeys that say the same share what was made of it, so that
// thousands of them cost little more than what differs. The zero Loader is ready; it is for one goroutine.
type Loader struct {
	// Read gives the content of a fragment's file; the path is that of the file that uses it with the one in `use`
	// put to its folder. It must refuse what the author of a journey has no business with. Nil: no fragments.
	Read func(path string) ([]byte, error)

	// StepDefaults is a block of defaults around all journeys; Environments are those of the configuration: name and
	// variables.
	StepDefaults *document.Node
	Environments []document.Entry

	programs map[phrase]*expression.Program
	// fragments are those that were read, by path; one that is nil is being read.
	fragments map[string]*fragment
	files     []string
	warnings  document.Problems
}

// Warnings are what is doubtful in the files that were parsed: nothing that keeps a journey from running.
func (l *Loader) Warnings() document.Problems { return l.warnings }

// Files are the files of the fragments that were read.
func (l *Loader) Files() []string { return l.files }

// phrase is all that a compiled expression depends on, but for the names that its journey knows.
type phrase struct {
	source string
	at     place
}

// CheckDefaults reads a block of StepDefaults, so that its mistakes are told once.
func (l *Loader) CheckDefaults(r *document.Reader, n *document.Node) {
	p := &parser{r: r, loader: l, g: grammars(), journey: &journeys.Journey{}, known: map[string]bool{}}
	p.checkDefaults(n)
}

// compile compiles an expression, unless an equal one was compiled before for a journey that knows all its names
// as well.
func (l *Loader) compile(source string, at place, known expression.Known) (*expression.Program, error) {
	key := phrase{source, at}
	if program := l.programs[key]; program != nil && knowsAll(program, known) {
		return program, nil
	}
	program, err := expression.Compile(source, languages()[at], known)
	if err != nil {
		return nil, err
	}
	if l.programs == nil {
		l.programs = map[phrase]*expression.Program{}
	}
	l.programs[key] = program
	return program, nil
}

func knowsAll(program *expression.Program, known expression.Known) bool {
	for _, ref := range program.References() {
		if known(ref.Root, ref.Member) != nil {
			return false
		}
	}
	return true
}
