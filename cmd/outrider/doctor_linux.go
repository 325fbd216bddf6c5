package main

import "syscall"

// timeError is adjtimex's TIME_ERROR: the kernel does not know its clock to be synchronised.
const timeError = 5

// clockHere asks the kernel whether something keeps its clock right.
func clockHere() finding {
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	switch {
	case err != nil:
		return finding{trouble: "the kernel does not say: " + err.Error(), mild: true}
	case state == timeError:
		return finding{trouble: "not known to be synchronised", hint: "run systemd-timesyncd or chrony (in a container: on its host): pages and graphs bear this clock's time", mild: true}
	}
	return finding{what: "synchronised"}
}
