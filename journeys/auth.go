package journeys

// Auth is how a request says who asks. It is a sealed sum type: one struct for each scheme.
type Auth interface{ auth() }

// BasicAuth is HTTP basic authentication (RFC 7617).
type BasicAuth struct{ Username, Password Template }

// DigestAuth answers the server's challenge (RFC 7616).
type DigestAuth struct{ Username, Password Template }

// BearerAuth sends a token (RFC 6750).
type BearerAuth struct{ Token Template }

// OAuth2 asks a server for a token by client credentials (RFC 6749, section 4.4) and sends that.
type OAuth2 struct {
	ClientID, ClientSecret, TokenURL Template
	Scopes                           []string
	// Params are further fields of the request for the token, such as audience.
	Params []Pair
}

// SigV4 signs the request as AWS asks for (Signature Version 4).
type SigV4 struct {
	Region, Service, AccessKey, SecretKey, SessionToken Template
}

func (*BasicAuth) auth() {}

func (*DigestAuth) auth() {}

func (*BearerAuth) auth() {}

func (*OAuth2) auth() {}

func (*SigV4) auth() {}
