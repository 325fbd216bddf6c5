package main

import (
	"net/http/httptest"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/outrider-monitor/outrider/exporter/cloudwatch/cwfake"
)

// cloudWatch starts a CloudWatch that the commands after it talk to.
func cloudWatch(ts *testscript.TestScript, _ bool, _ []string) {
	server := httptest.NewServer(cwfake.New(cwfake.Options{}))
	ts.Defer(server.Close)
	ts.Setenv("AWS_ENDPOINT_URL_CLOUDWATCH", server.URL)
	ts.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	ts.Setenv("AWS_SECRET_ACCESS_KEY", "example")
	ts.Setenv("AWS_CA_BUNDLE", "")
}
