// Package pager reads what the configuration says about each kind of pager, a file each, and makes the pagers.
//
// Reading needs no secret and opens nothing; making needs them all. A new kind is a new file here, an entry in kinds, and
// a section of docs/pagers.md.
package pager
