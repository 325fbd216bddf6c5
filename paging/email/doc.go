// Package email sends pages by e-mail.
//
// What is said to the server is said step by step, and not by the library's own sender, because a refusal may be of one
// recipient alone: the others must have the page, once, and whoever is refused must not be forgotten.
package email
