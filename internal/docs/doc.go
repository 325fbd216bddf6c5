// Package docs holds the tests that keep the documentation and the examples true: every YAML block
// is read by what would read it, every link leads somewhere, every command and metric that is named exists.
//
// It has no code outside its tests and nothing imports it. Its one rule: a page that lies does not pass.
package docs
