package incidents_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain tries more histories than rapid does by itself, unless it was told how many.
func TestMain(m *testing.M) {
	flag.Parse()
	told := false
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	if f := flag.Lookup("rapid.checks"); f != nil && !told {
		if err := f.Value.Set("200"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
