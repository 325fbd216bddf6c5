// Package redact removes secrets from texts, in every encoding they travel in.
//
// It knows values and names, nothing of where they come from or where the texts go. Pictures are not its
// business. Its one rule: it would rather remove too much than leave a secret that a person or a program could
// put together again.
package redact
