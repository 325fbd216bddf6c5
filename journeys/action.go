package journeys

// Action is what a step does. It is a sealed sum type: one small struct for each verb, all in this package. The
// structs stand with their verbs, family by family, in the files verb_*.go.
type Action interface {
	// Verb is the YAML key, such as "goto" or "post".
	Verb() string
	// sentence names a step that its author did not name. Expressions appear as {name}: it is a label, and holds
	// no value.
	sentence() string
}

// IsBrowser reports whether the action needs a browser.
func IsBrowser(a Action) bool {
	switch a.(type) {
	case *Request, *DNS, *TCP, *Handshake, *WebSocket, *GRPC, *Ping, *Group, *Use:
		return false
	}
	return a != nil
}
