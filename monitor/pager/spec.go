package pager

import (
	"fmt"
	"slices"
	"strings"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
)

// Spec is what the configuration says about one pager.
type Spec interface {
	// Make makes the pager. The error is that of the values, or one with a position.
	Make(v *secret.Values) (paging.Pager, error)
}

// kind is one kind of pager: its key in the file, and what reads what stands there.
type kind struct {
	key  string
	read func(r secret.Reader, m *document.Map) Spec
}

func kinds() []kind {
	return []kind{
		{"webhook", readWebhook},
		{"pagerduty", readPagerDuty},
		{"alertmanager", readAlertmanager},
		{"slack", readSlack},
		{"email", readEmail},
		{"sns", readSNS},
		{"exec", readExec},
	}
}

// Read reads the one key of a pager's entry that says of what kind it is. The answer is nil if there is none. allowExec
// says that pagers may run programs.
func Read(r secret.Reader, name string, entry *document.Map, allowExec bool) Spec {
	var spec Spec
	var found, known []string
	for _, k := range kinds() {
		known = append(known, k.key)
		if !entry.Has(k.key) {
			continue
		}
		found = append(found, k.key)
		if k.key == "exec" && !allowExec {
			r.ProblemAt(entry.KeyPos(k.key), entry.Node().Path(), "pagers may not run programs", "if this file is yours alone to change: allow_exec: true, at its top level")
		}
		spec = k.read(r, entry.Map(k.key))
	}
	n := entry.Node()
	switch {
	case n == nil || n.Kind != document.Mapping || len(found) == 1:
	case len(found) > 1:
		r.Problem(n, fmt.Sprintf("pager %q is %s at once", name, strings.Join(found, " and ")), "make two pagers; a team may have several")
	case !slices.ContainsFunc(entry.Unknown(), func(e document.Entry) bool { return document.DidYouMean(e.Key, known) != "" }):
		r.Problem(n, fmt.Sprintf("pager %q does not say where pages go", name), "want one of "+strings.Join(known, ", "))
	}
	return spec
}
