package browser

// ours reports whether a host is the journey's own: of the site of one of its URLs. Every other host is a third
// party's. t.mu is held.
func (t *tab) ours(host string) bool {
	if t.hosts[host] {
		return true
	}
	of := site(host)
	for known := range t.hosts {
		if site(known) == of {
			return true
		}
	}
	return false
}
