package format

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/outrider-monitor/outrider/journeys"
)

// BenchmarkParse reads many files: the time must grow with their number and no faster.
func BenchmarkParse(b *testing.B) {
	src := bytes.Replace(readFile(b, "testdata/ok/design.yaml"), []byte(", depends_on: [browse]"), nil, 1)
	for _, files := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
			b.SetBytes(int64(files * len(src)))
			for b.Loop() {
				var all []journeys.Journey
				for i := range files {
					js, err := Parse(fmt.Sprintf("%d.yaml", i), bytes.Replace(src, []byte("journey: checkout"), fmt.Appendf(nil, "journey: checkout-%d", i), 1))
					if err != nil {
						b.Fatal(err)
					}
					all = append(all, js...)
				}
				if problems := CheckSet(all); len(problems) > 0 {
					b.Fatal(problems)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*files), "us/file")
		})
	}
}

// BenchmarkCheck is what an HTTP journey pays for its expectations.
func BenchmarkCheck(b *testing.B) {
	s := parseOne(b, "get: http://shop/orders/${{ vars.n }}\nexpect:\n- status == 200\n- json.status in [\"received\", \"cooking\"]\n- json.total == 11.99")
	scope := &journeys.Scope{Vars: map[string]any{"n": "x"}, Step: journeys.Values{
		"status": 200, "json": map[string]any{"status": "cooking", "total": 11.99},
	}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Action.(*journeys.Request).URL.Text(b.Context(), scope); err != nil {
			b.Fatal(err)
		}
		for i := range s.Expect {
			if v := s.Expect[i].Check(b.Context(), scope); !v.Holds {
				b.Fatal(v)
			}
		}
	}
}
