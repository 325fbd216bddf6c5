// Package chaos holds the test that kills a real monitor again and again, and then reads the receiver's
// log for what was lost or invented.
//
// It looks only from outside: a real process, a real shop, a real webhook receiver that refuses, hangs, resets, drips
// and lies; in between, nobody can be told anything, the disk takes nothing, the kernel finds it damaged and makes it
// read-only, everything stands still. It imports nothing of the monitor's. OUTRIDER_CHAOS_KILLS sets the number of kills
// (default 50); from 200 on these last for minutes, and the clock is set forth and back.
//
// The disk is a real one, in a file. To mount it takes root: where that is not to be had, the tests fail.
package chaos
