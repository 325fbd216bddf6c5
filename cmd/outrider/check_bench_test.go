package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/outrider-monitor/outrider/internal/worktree"
)

// BenchmarkCheck checks a configuration of many files: the time for each must not grow with their number.
func BenchmarkCheck(b *testing.B) {
	src, err := os.ReadFile(worktree.Path("journeys/format/testdata/ok/design.yaml"))
	if err != nil {
		b.Fatal(err)
	}
	src = bytes.Replace(src, []byte(", depends_on: [browse]"), nil, 1)
	for _, files := range []int{100, 1000} {
		dir := b.TempDir()
		for i := range files {
			one := bytes.Replace(src, []byte("journey: checkout"), fmt.Appendf(nil, "journey: checkout-%d", i), 1)
			if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.yaml", i)), one, 0o644); err != nil {
				b.Fatal(err)
			}
		}
		config := "journeys: [.]\nteams: {payments: {pagers: [hook]}}\npagers: {hook: {webhook: {url: 'http://localhost/'}}}\n"
		file := filepath.Join(dir, "outrider.yaml")
		if err := os.WriteFile(file, []byte(config), 0o644); err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprintf("files=%d", files), func(b *testing.B) {
			for b.Loop() {
				k := checkCommand{Paths: []string{dir}}
				if err := k.Run(&console{out: io.Discard, err: io.Discard}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*files), "us/file")
		})
	}
}
