package journeys

// Mock answers requests in place of their servers. URL is a pattern as in wait_for_url; Method is in upper case, empty
// for any. At most one of JSON, Body and File is given.
type Mock struct {
	URL     Template
	Method  string
	Status  int
	Headers []Pair
	JSON    *Value
	Body    *Template
	// File starts at the journey's folder.
	File *Template
}
