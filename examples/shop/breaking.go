package shop

// Break switches one fault on. An unknown name is an [*UnknownFaultError]; breaking what is broken already is no error.
func (s *Shop) Break(name string) error {
	changed, err := s.faults.set(true, name)
	for _, name := range changed {
		s.journal.fault("broken", name)
		s.opts.Log.Info("shop broken", "fault", name)
	}
	return err
}

// Mend switches faults off: those named, or all when none is.
func (s *Shop) Mend(names ...string) error {
	if len(names) == 0 {
		for _, d := range s.faults.known {
			names = append(names, d.Name)
		}
	}
	changed, err := s.faults.set(false, names...)
	for _, name := range changed {
		s.journal.fault("mended", name)
		s.opts.Log.Info("shop mended", "fault", name)
	}
	return err
}

// Defects lists every fault, defects before noise, and which are active.
func (s *Shop) Defects() []Defect { return s.faults.list() }
