package chrome

import (
	"syscall"
	"testing"
	"time"
)

// BenchmarkDeathNoticed reports how long it takes from the SIGKILL of a browser in use until those who use it know.
func BenchmarkDeathNoticed(b *testing.B) {
	s := supervisor(b, Options{})
	var noticed time.Duration
	for b.Loop() {
		l, err := s.Lease(within(b, 30*time.Second))
		if err != nil {
			b.Fatal(err)
		}
		begun := time.Now()
		if err := syscall.Kill(l.PID(), syscall.SIGKILL); err != nil {
			b.Fatal(err)
		}
		<-l.Lost()
		noticed += time.Since(begun)
		l.Release()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(noticed)/float64(time.Millisecond)/float64(b.N), "ms-noticed")
}
