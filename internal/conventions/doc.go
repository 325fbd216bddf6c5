// Package conventions holds the tests that keep this repository's habits: who imports whom, how big a file
// may be, what is documented, what a thing is called, and that nothing is written to behind one's back.
//
// It has no code outside its tests and nothing imports it. Its one rule: what CONTRIBUTING asks for is
// checked here or is not asked for.
package conventions
