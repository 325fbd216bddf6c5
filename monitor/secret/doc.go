// Package secret reads from the configuration where a secret comes from, and then the secret from there.
//
// The one does not need the other: a file is checked on machines that have none of the secrets. No value is ever in a
// message; the places are.
package secret
