package httpcall

import (
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
