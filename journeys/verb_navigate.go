package journeys

// Goto navigates the page and waits for its load.
type Goto struct{ URL Template }

// Reload loads the page anew.
type Reload struct{}

// Back goes one entry back in the history.
type Back struct{}

// Forward goes one entry forward again.
type Forward struct{}

func (*Goto) Verb() string { return "goto" }

func (*Reload) Verb() string { return "reload" }

func (*Back) Verb() string { return "back" }

func (*Forward) Verb() string { return "forward" }

func (a *Goto) sentence() string { return "Open " + address(a.URL) }

func (*Reload) sentence() string { return "Reload the page" }

func (*Back) sentence() string { return "Go back" }

func (*Forward) sentence() string { return "Go forward" }
