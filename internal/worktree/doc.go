// Package worktree finds the repository's files for the tests that look at the repository itself.
//
// It works with and without git and knows nothing of what is in the files. Its one rule: what .gitignore
// names is not seen, so that what a build leaves behind changes no verdict.
package worktree
