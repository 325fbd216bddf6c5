package conventions

import (
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the table of the house: which of our packages a package's product code may import. A name
// stands for the folder and what is below it; a package may always import what is below itself. The data
// goes one way: YAML -> journey -> run -> {history, incident, pages} -> numbers, delivery.
func mayImport(dir string) (allowed []string, known bool) {
	table := map[string][]string{
		"journeys":            nil,
		"probes":              {"journeys"},
		"probes/browser":      {"journeys", "probes"},
		"probes/httpcall":     {"journeys", "probes"},
		"probes/netcall":      {"journeys", "probes"},
		"incidents":           {"journeys", "probes"},
		"paging":              {"journeys", "probes", "incidents"},
		"paging/sns":          {"journeys", "probes", "incidents", "paging"},
		"history":             {"journeys", "probes", "incidents", "paging"},
		"exporter":            {"journeys", "probes", "incidents"},
		"exporter/cloudwatch": {"journeys", "probes", "incidents", "exporter"},
		"web":                 {"journeys", "probes", "incidents", "history"},
		"monitor": {"journeys", "probes", "incidents", "paging", "history", "exporter", "web",
			"probes/browser", "probes/httpcall", "probes/netcall", "exporter/cloudwatch", "probes/secrets/awssecrets", "paging/sns"},
		"cmd": {"journeys", "probes", "incidents", "paging", "history", "exporter", "web", "monitor",
			"probes/browser", "probes/httpcall", "probes/netcall", "exporter/cloudwatch", "probes/secrets/awssecrets", "examples", "paging/sns"},
		// The shop is a target like any other: it must not know who watches it.
		"examples/shop": nil,
		"examples":      nil,
	}
	maps.Copy(table, browserRooms())
	for d := dir; d != "."; d = path.Dir(d) {
		if allowed, ok := table[d]; ok {
			return append(allowed, d), true
		}
	}
	return nil, false
}

// browserRooms are the packages below the browser driver, in the order of the flow: what the browser says comes over
// chrome/wire and is heard by page,
// which keeps it in traffic, console and meter; locate asks the page, hand does something to it, witness shows it; the
// driver itself is the session and its steps. None knows of those below it in this list, and those that only keep or
// write down know of no page.
func browserRooms() map[string][]string {
	const b = "probes/browser/"
	return map[string][]string{
		b + "chrome/wire": nil,
		b + "chrome":      nil,
		b + "address":     nil,
		b + "keyboard":    nil,
		b + "inpage":      nil,
		b + "har":         {"probes/redact"},
		b + "emulate":     {"journeys", b + "chrome"},
		b + "console":     {"probes", b + "chrome/wire"},
		b + "meter":       {"probes", b + "address"},
		b + "orders":      {"journeys", "probes", b + "address", b + "chrome/wire"},
		b + "downloads":   {"journeys", "probes", b + "address", b + "chrome"},
		b + "traffic":     {"journeys", "probes", b + "address", b + "chrome/wire", b + "console", b + "har", b + "meter"},
		b + "page":        {"probes", b + "chrome", b + "console", b + "inpage", b + "meter", b + "traffic"},
		b + "locate":      {"journeys", "probes", b + "inpage", b + "page"},
		b + "hand":        {"journeys", "probes", b + "chrome/wire", b + "inpage", b + "keyboard", b + "locate", b + "page"},
		b + "witness":     {"journeys", "probes", b + "inpage", b + "locate", b + "page"},
	}
}

// only says where a library's types may be seen, so that it can be replaced in one folder. The longest name that fits counts.
func only() map[string][]string {
	return map[string][]string{
		"github.com/chromedp/":    {"probes/browser"},
		"modernc.org/":            {"history"},
		"github.com/go-co-op/":    {"monitor"},
		"github.com/aws/":         {"exporter/cloudwatch", "probes/secrets/awssecrets", "paging/sns"},
		"github.com/expr-lang/":   {"journeys"},
		"github.com/alecthomas/":  {"cmd"},
		"gopkg.in/yaml":           {"journeys", "exporter/rules"},
		"github.com/prometheus/":  {"exporter", "web", "monitor", "cmd"},
		"github.com/prometheus/a": {"paging/httppager"}, // Alertmanager's own types, for tests
		"github.com/go-openapi/":  {"paging/httppager"},
		"github.com/santhosh-tek": {"journeys", "paging", "internal"},
		"github.com/quic-go/":     {"probes/httpcall"},
		"github.com/miekg/dns":    {"probes/netcall", "probes/httpcall"},
		"github.com/coder/":       {"probes/netcall"},
		"google.golang.org/grpc":  {"probes/netcall", "exporter/traces"},
		"go.opentelemetry.io/":    {"exporter/traces"},
		"github.com/wneessen/":    {"paging/email"},
		"github.com/emersion/":    {"paging/email", "internal/receivers"},
		"github.com/antchfx/":     {"journeys/extract"},
		"github.com/speakeasy-":   {"journeys/extract"},
	}
}

func TestPackagesImportOnlyWhatTheTableAllows(t *testing.T) {
	for _, p := range repository(t).packages {
		if p.dir == "internal" || strings.HasPrefix(p.dir, "internal/") || len(p.files) == 0 {
			continue
		}
		allowed, known := mayImport(p.dir)
		if !known {
			t.Errorf("%s: a package that is not in the table of the house; say in imports_test.go what it may import", p.dir)
			continue
		}
		for _, f := range p.files {
			for _, imp := range ours(f) {
				if !slices.ContainsFunc(allowed, func(a string) bool { return covers(a, imp) }) {
					t.Errorf("%s imports %s; %s may import %q", f.path, imp, p.dir, allowed)
				}
			}
		}
	}
}

// covers reports whether allowing a allows imp. Allowing probes does not allow its drivers or the AWS SDK that comes with
// probes/secrets/awssecrets, nor does allowing exporter allow that of exporter/cloudwatch.
func covers(a, imp string) bool {
	if a == imp {
		return true
	}
	apart := []string{"probes/browser", "probes/httpcall", "probes/netcall", "probes/secrets/awssecrets", "exporter/cloudwatch", "paging/sns"}
	for _, d := range apart {
		if within(imp, d) {
			return within(imp, a) && within(a, d)
		}
	}
	return within(imp, a)
}

// within reports whether dir is root or below it.
func within(dir, root string) bool { return dir == root || strings.HasPrefix(dir, root+"/") }

func TestALibraryIsSeenOnlyInItsFolder(t *testing.T) {
	for _, p := range repository(t).packages {
		for _, f := range slices.Concat(p.files, p.tests) {
			for _, spec := range f.ast.Imports {
				imp, _ := strconv.Unquote(spec.Path.Value)
				library := ""
				for l := range only() {
					if strings.HasPrefix(imp, l) && len(l) > len(library) {
						library = l
					}
				}
				folders := only()[library]
				if library != "" && !slices.ContainsFunc(folders, func(d string) bool { return within(p.dir, d) }) {
					t.Errorf("%s imports %s, which belongs to %q alone", f.path, imp, folders)
				}
			}
		}
	}
}

// ours lists the imports of our own packages, relative to the repository.
func ours(f goFile) []string {
	var dirs []string
	for _, spec := range f.ast.Imports {
		imp, _ := strconv.Unquote(spec.Path.Value)
		if dir, ok := strings.CutPrefix(imp, module+"/"); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func itoa(n int) string { return strconv.Itoa(n) }
