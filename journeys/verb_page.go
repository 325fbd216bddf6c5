package journeys

// Eval runs JavaScript in the page; its value is `result` in the step's expressions.
type Eval struct{ Script Template }

// Screenshot keeps a picture under a name, whatever the outcome.
type Screenshot struct{ Name Template }

func (*Eval) Verb() string { return "eval" }

func (*Screenshot) Verb() string { return "screenshot" }

func (*Eval) sentence() string { return "Run a script" }

func (*Screenshot) sentence() string { return "Take a picture" }
