package format

import (
	"fmt"
	"strings"
	"testing"

	"github.com/outrider-monitor/outrider/journeys/document"
)

// repeated is a file with something in it many times.
func repeated(head, item string, n int) []byte {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		fmt.Fprintf(&b, item, i)
	}
	return []byte(b.String())
}

// bigFiles are files in which one thing is repeated: what comes before, and the thing.
func bigFiles() map[string][2]string {
	return map[string][2]string{
		"vars":    {"journey: x\nsteps: [{get: 'http://a'}]\nvars:\n", "  v%d: a\n"},
		"fields":  {"journey: x\nsteps:\n- see: a\n- fill_form:\n", "    f%d: a\n"},
		"expects": {"journey: x\nsteps:\n- get: http://a\n  expect:\n", "  - json.a%[1]d == %[1]d\n"},
		"unknown": {"journey: x\nsteps: [{get: 'http://a'}]\n", "k%d: a\n"},
		"steps":   {"journey: x\nsteps:\n", "- {see: a, name: s%d}\n"},
		"files":   {"", "journey: j%d\nsteps: [{get: 'http://a'}]\n---\n"},
	}
}

func TestTooMuchIsRefused(t *testing.T) {
	for want, src := range map[string][]byte{
		"the journey has more than 1000 steps":            repeated("journey: x\nsteps:\n", "- {see: a, name: s%d}\n", 1001),
		"with this the journey has more than 1000":        repeated("journey: x\nsteps:\n", "- {use: f, name: u%d}\n", 334),
		"holds more than 1000 expressions":                append(repeated("journey: x\nsteps:\n- post: http://a\n  body: '", "${{ %d }}", 1001), '\''),
		"and 1001 problems before this one that are not ": repeated("journey: x\nsteps: [{get: 'http://a'}]\n", "k%d: a\n", 2001),
		"aliases repeat more than":                        repeated("a: &a [1,2,3,4,5,6,7,8,9]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc:\n", "- [*b,*b,*b,*b,*b,*b,*b,*b,*b] # %d\n", 20),
		"nested more than 64 levels":                      []byte("journey: " + strings.Repeat("[", 100) + strings.Repeat("]", 100)),
		"the file has 1048577 bytes":                      []byte(strings.Repeat("#", 1<<20+1)),
		"the expression has":                              []byte("journey: x\nsteps: [{get: 'http://a', expect: '" + strings.Repeat("1+", 3000) + "1 == status'}]"),
	} {
		l := &Loader{Read: func(string) ([]byte, error) {
			return []byte("fragment: f\nsteps: [{see: a}, {see: b}]"), nil
		}}
		_, err := l.Parse("x.yaml", src)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %.300v", want, err)
		}
		if problems, ok := err.(document.Problems); ok && len(problems) > document.MostProblems+1 {
			t.Errorf("%d problems are told", len(problems))
		}
	}
}

// BenchmarkBigFiles reads one file: the time for a kilobyte must not grow with the file.
func BenchmarkBigFiles(b *testing.B) {
	for name, parts := range bigFiles() {
		for _, n := range []int{250, 1000, 4000} {
			src := repeated(parts[0], parts[1], n)
			b.Run(fmt.Sprintf("%s/items=%d", name, n), func(b *testing.B) {
				for b.Loop() {
					Parse("x.yaml", src)
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/(float64(len(src))/1024), "us/KiB")
			})
		}
	}
}
