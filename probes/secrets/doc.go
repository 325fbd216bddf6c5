// Package secrets reads the values of a journey's secrets from where its file says they are: the environment, a file, or
// a service that keeps them, a [Store].
//
// It knows no cloud: awssecrets, below, holds AWS's SDK and nothing else does. Its one rule: a service that is slow, down or
// refuses is in nobody's way. It is asked before it is needed, its answers are kept, each question has its time, and what
// it said last is used while it says nothing.
package secrets
