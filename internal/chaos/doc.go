// Package chaos holds the test that kills a real monitor again and again, and then reads the receiver's
// log for what was lost or invented.
//
// It looks only from outside: a real process, a real shop, a real webhook receiver that refuses, hangs, resets, drips
// and lies; in between, nobody can be told anything, the disk takes nothing, everything stands still. It imports nothing
// of the monitor's. OUTRIDER_CHAOS_KILLS sets the number of kills (default 50); from 200 on these last for minutes, and
// the clock is set forth and back.
package chaos
