// Package netcall does the steps that speak something else than plain HTTP: dns, tcp, tls, websocket, grpc and ping.
//
// Each verb has a file of its own and one connection for each step. Its one rule is that of httpcall: a server cannot
// make it use more memory or more time than the step allows, whatever it answers.
package netcall
