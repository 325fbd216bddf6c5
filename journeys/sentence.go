package journeys

import (
	"net/url"
	"strings"
)

// sentence names a step by what it does. Expressions appear as {name}: the sentence is a label, and holds no value.
func sentence(a Action) string {
	text := describeAction(a)
	text = strings.Join(strings.Fields(text), " ")
	return cutText(text, 80)
}

func describeAction(a Action) string {
	switch a := a.(type) {
	case *Request:
		return a.Method + " " + address(a.URL)
	case *Goto:
		return "Open " + address(a.URL)
	case *Reload:
		return "Reload the page"
	case *Back:
		return "Go back"
	case *Click:
		return "Click " + a.Target.words()
	case *DblClick:
		return "Double-click " + a.Target.words()
	case *Hover:
		return "Hover over " + a.Target.words()
	case *Fill:
		return "Fill " + a.Target.words()
	case *FillForm:
		labels := make([]string, len(a.Fields))
		for i, f := range a.Fields {
			labels[i] = f.Label
		}
		return "Fill " + strings.Join(labels, ", ")
	case *Clear:
		return "Clear " + a.Target.words()
	case *Select:
		return "Select " + a.Option.words() + " in " + a.Target.words()
	case *Check:
		return "Check " + a.Target.words()
	case *Uncheck:
		return "Uncheck " + a.Target.words()
	case *Press:
		return "Press " + a.Key.words()
	case *ScrollTo:
		return "Scroll to " + a.Target.words()
	case *See:
		return "See " + a.Target.words()
	case *Gone:
		return "See " + a.Target.words() + " gone"
	case *WaitForURL:
		return "Wait for " + address(a.URL)
	case *Eval:
		return "Run a script"
	case *Screenshot:
		return "Take a picture"
	}
	return a.Verb()
}

// address is a URL without what need not be read, and without a password.
func address(t Template) string {
	text := t.words()
	if u, err := url.Parse(text); err == nil && u.User != nil {
		u.User = nil
		text = u.String()
	}
	text, _, _ = strings.Cut(text, "?")
	// A variable at the start is the site's address: what follows says more.
	if len(t.parts) > 1 && t.parts[0].expr != nil {
		if _, path, ok := strings.Cut(text, "/"); ok {
			return "/" + path
		}
	}
	return text
}
