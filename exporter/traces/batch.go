package traces

// segment is a request to the collector while it is written: runs are added at its end, and close makes it whole.
type segment struct {
	writer
	all, scope int
	count      int
}

// newSegment begins a request in a buffer that may have been used before.
func (e *Exporter) newSegment(buffer []byte) *segment {
	s := &segment{writer: writer{b: buffer[:0]}}
	s.all = s.open(requestResourceSpans)
	s.b = append(s.b, e.resource...)
	s.scope = s.open(resourceSpansScopes)
	s.b = append(s.b, e.scope...)
	return s
}

// whole writes the lengths. It may be called again.
func (s *segment) whole() []byte {
	s.close(s.scope)
	s.close(s.all)
	return s.b
}

// next takes the oldest segment; nil if there is none.
func (e *Exporter) next() *segment {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.waiting) == 0 {
		return nil
	}
	s := e.waiting[0]
	e.waiting[0] = nil
	e.waiting = e.waiting[1:]
	e.size -= len(s.b)
	if s == e.open {
		e.open = nil
	}
	return s
}

// putBack has a segment wait again, before the newer ones, and closed: none is added to it.
func (e *Exporter) putBack(s *segment) {
	e.mu.Lock()
	e.waiting = append([]*segment{s}, e.waiting...)
	e.size += len(s.b)
	lost := e.bound()
	e.mu.Unlock()
	e.lose(lost)
}

// bound forgets the oldest segments until the rest may wait: the newest runs are what people look for. e.mu is held.
func (e *Exporter) bound() (lost int) {
	for e.size > mostWaiting && len(e.waiting) > 1 {
		lost += e.drop()
	}
	return lost
}

// drop forgets the oldest segment. e.mu is held.
func (e *Exporter) drop() int {
	s := e.waiting[0]
	e.waiting[0] = nil
	e.waiting = e.waiting[1:]
	e.size -= len(s.b)
	if s == e.open {
		e.open = nil
	}
	e.keep(s)
	return s.count
}

// recycle keeps the buffer of a segment that has left for a later one.
func (e *Exporter) recycle(s *segment) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.keep(s)
}

// keep keeps a segment's buffer, if nobody reads it any more. e.mu is held.
func (e *Exporter) keep(s *segment) {
	if cap(s.b) <= 2*mostSegment && e.send.lent.Load() == 0 && len(e.spare) < mostSpare {
		e.spare = append(e.spare, s.b)
	}
}

// buffer is one that was used before, if there is one: what grows anew in every segment costs more than all that is written
// into it. e.mu is held.
func (e *Exporter) buffer() []byte {
	n := len(e.spare)
	if n == 0 {
		return nil
	}
	b := e.spare[n-1]
	e.spare = e.spare[:n-1]
	return b
}

func (e *Exporter) lose(spans int) {
	if spans > 0 {
		e.o.Count(Dropped, spans)
	}
}
