package httpcall

import (
	"crypto/tls"
	"net/http"
	"time"

	"github.com/outrider-monitor/outrider/probes"
)

// NewJar gives the tests a jar.
func NewJar() http.CookieJar { return &jar{} }

// Age makes a session's connections older.
func Age(s probes.Session, by time.Duration) {
	session := s.(*Session)
	session.usedAt = session.usedAt.Add(-by)
}

// Tokens lets the tests see how tokens are kept.
type Tokens struct{ tokens }

// NewTokens makes an empty one.
func NewTokens() *Tokens { return &Tokens{} }

// Put keeps a token.
func (t *Tokens) Put(key, text string, expires time.Time) { t.put(key, token{text, expires}) }

// Get gives a token that is still good.
func (t *Tokens) Get(key string) (string, bool) { return t.get(key) }

// NewTrusting makes a driver that checks certificates by a configuration, instead of as everybody does.
func NewTrusting(config *tls.Config) *Driver {
	d := New()
	d.secure.New = func() any {
		w := newSecureWire()
		w.transport.TLSClientConfig = config.Clone()
		return w
	}
	return d
}
