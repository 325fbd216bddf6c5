package journeys

// Route is the way to a target: by which proxy and family of addresses, with which version of HTTP, and how its
// certificate is checked. The zero Route is everybody's.
type Route struct {
	TLS TLS
	// Proxy is the URL of a proxy: http, https or socks5. Empty: none, whatever the environment says.
	Proxy Template
	// IP is the family of addresses used: 4, 6, or "both" for one request over each. Empty: what answers first.
	IP string
	// HTTP is the version spoken: 1.1, 2 or 3. Empty: 2 where the server offers it over TLS, else 1.1.
	HTTP string
	// Resolve is the address, or address:port, to connect to instead of what the URL's host resolves to.
	Resolve Template
}

// Everyones reports whether the step says nothing of the way.
func (r *Route) Everyones() bool {
	if r == nil {
		return true
	}
	for _, t := range [...]*Template{
		&r.TLS.CAFile, &r.TLS.CertFile, &r.TLS.KeyFile, &r.TLS.ServerName, &r.Proxy, &r.Resolve,
	} {
		if t.Source != "" {
			return false
		}
	}
	return !r.TLS.InsecureSkipVerify && r.TLS.MinVersion == "" && r.TLS.MaxVersion == "" && r.IP == "" && r.HTTP == ""
}

// Family is IP; a nil Route has none.
func (r *Route) Family() string {
	if r == nil {
		return ""
	}
	return r.IP
}

// TLS is spelled as Prometheus' tls_config. Relative files start at the journey's folder.
type TLS struct {
	CAFile             Template
	CertFile           Template
	KeyFile            Template
	ServerName         Template
	InsecureSkipVerify bool
	// MinVersion and MaxVersion are TLS10, TLS11, TLS12 or TLS13. Empty: from TLS12 on.
	MinVersion, MaxVersion string
}
