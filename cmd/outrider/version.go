package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version is set by the linker for releases.
var version string

// versionCommand is `outrider version`.
type versionCommand struct{}

// Run prints the version, the revision and what it was built with.
func (*versionCommand) Run(c *console) error {
	v, revision := buildVersion()
	fmt.Fprintf(c.out, "outrider %s\n", v)
	if revision != "" {
		fmt.Fprintf(c.out, "revision %s\n", revision)
	}
	fmt.Fprintf(c.out, "%s %s/%s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return nil
}

// buildVersion gives the version and the revision that the binary was built from, as far as it knows them.
func buildVersion() (v, revision string) {
	v = version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return first(v, "unknown"), ""
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			revision = s.Value
		}
	}
	return first(v, info.Main.Version, "devel"), revision
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
