package shop

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

func TestThreeTimesSlowerIsThreeTimesTheLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, err := loadFaults("")
		if err != nil {
			t.Fatal(err)
		}
		s := &Shop{opts: Options{Latency: 40 * time.Millisecond}, faults: f}
		served := s.usual(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		took := func() time.Duration {
			start := time.Now()
			served.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
			return time.Since(start)
		}
		if got := took(); got != 40*time.Millisecond {
			t.Errorf("usually %v, want 40ms", got)
		}
		if _, err := f.set(true, threeTimesSlower); err != nil {
			t.Fatal(err)
		}
		if got := took(); got != 120*time.Millisecond {
			t.Errorf("three times slower is %v, want 120ms", got)
		}
	})
}
