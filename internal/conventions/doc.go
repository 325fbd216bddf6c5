// Package conventions holds the tests that keep this repository's habits: who imports whom, how big a file
// may be, what is documented, and that every example in the documentation is true.
//
// It has no code outside its tests and nothing imports it. Its one rule: what CONTRIBUTING asks for is
// checked here or is not asked for.
package conventions
