// Package chaos holds the test that kills a real monitor again and again, and then reads the receiver's
// log for what was lost or invented.
//
// It looks only from outside: a real process, a real shop, a real webhook receiver that misbehaves. It
// imports nothing of the monitor's. OUTRIDER_CHAOS_KILLS sets the number of kills (default 50).
package chaos
