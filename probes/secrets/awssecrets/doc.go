// Package awssecrets reads secrets that AWS keeps: in Secrets Manager and in SSM's Parameter Store.
//
// It asks one question and says in words what AWS answered; keeping answers is the business of the package above. Its one
// rule: only what AWS itself has refused is a refusal. No credentials yet, a throttled call or a region that is down are not.
package awssecrets
