// Package httpcall does the HTTP steps of a journey with net/http, and measures them.
//
// A session belongs to one attempt and so do its connections: nothing is reused between runs, so that each run
// resolves, connects and shakes hands as a new customer would. No proxy is taken from the environment. Its one
// rule: a server cannot make it use more memory or more time than the step allows, whatever it answers.
package httpcall
