package journeys

// Download is a file that a step must bring about; its expressions see it as `download`.
type Download struct {
	// Name is a pattern for the file's name, empty for any.
	Name Template
	// Max is the size in bytes above which it is broken off, and the step fails. Zero: 50 MB.
	Max int64
}

// Downloads reports whether some step of the journey brings about a download: only then may pages download.
func (j *Journey) Downloads() bool {
	for s := range j.AllSteps() {
		if s.Download != nil {
			return true
		}
	}
	return false
}
