// Package cwfake is a CloudWatch for tests and for the demo: it speaks the SDK's own protocol (Smithy RPC v2 over
// CBOR), keeps metrics, evaluates alarms as CloudWatch documents it, and posts notifications in the shape of SNS.
//
// It is no emulator of AWS: it has the operations that Outrider calls and refuses the rest, knows no accounts, and
// forgets everything when it ends. Its one rule: it refuses what CloudWatch would refuse, with CloudWatch's own
// error, so that what passes here is not a surprise there.
package cwfake
