package journeys

// DialogAnswer is how a dialog of the page is answered.
type DialogAnswer struct {
	Accept bool
	// Text is what is entered into a prompt that is accepted.
	Text Template
}

// Dialog is a dialog that a step must bring about, and its answer. Message is a pattern, empty for any; Type is alert,
// confirm, prompt or beforeunload, empty for any.
type Dialog struct {
	DialogAnswer
	Type    string
	Message Template
}
