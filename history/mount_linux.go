package history

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// mountOf says in brackets on which file system a path is, for people: its place, kind and source, as proc(5) describes
// mountinfo; nothing if that is not to be found out.
func mountOf(path string) string {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return ""
	}
	var place, what string
	for line := range strings.Lines(string(table)) {
		before, after, _ := strings.Cut(line, " - ")
		fields, source := strings.Fields(before), strings.Fields(after)
		if len(fields) < 5 || len(source) < 2 {
			continue
		}
		at := strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(fields[4])
		if inside, err := filepath.Rel(at, path); err == nil && filepath.IsLocal(inside) && len(at) >= len(place) {
			place, what = at, source[0]+" on "+source[1] // of two at one place the later hides the earlier
		}
	}
	if place == "" {
		return ""
	}
	return fmt.Sprintf(" (%s, %s)", place, what)
}
