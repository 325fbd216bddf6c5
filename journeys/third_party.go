package journeys

import (
	"slices"
	"strings"
)

// ThirdParty says whose fault a journey bears. A host is the journey's own if it belongs to the site of one of its
// URLs or to Own; all others are third parties.
type ThirdParty struct {
	// Own are further hosts of the journey's own: a content network, a sister site.
	Own []string
	// Tolerate are third parties whose failures do not fail the journey; TolerateAll means any.
	Tolerate    []string
	TolerateAll bool
}

// Tolerates reports whether a failure that is put down to these hosts leaves the journey unfailed.
func (t *ThirdParty) Tolerates(hosts []string) bool {
	if len(hosts) == 0 {
		return false
	}
	return t.TolerateAll || !slices.ContainsFunc(hosts, func(h string) bool { return !HostIn(h, t.Tolerate) })
}

// HostIn reports whether a host is one of these, or below one. A port counts only where the list names one.
func HostIn(host string, list []string) bool {
	bare := host
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		bare = host[:i]
	}
	for _, known := range list {
		if host == known || bare == known || strings.HasSuffix(bare, "."+known) {
			return true
		}
	}
	return false
}
