package monitor

import (
	"path/filepath"

	"github.com/outrider-monitor/outrider/journeys/document"
	"github.com/outrider-monitor/outrider/monitor/pager"
	"github.com/outrider-monitor/outrider/monitor/secret"
	"github.com/outrider-monitor/outrider/paging"
)

// Pager is one entry of `pagers:`.
type Pager struct {
	// Spec is of what kind it is and how it is reached.
	Spec pager.Spec
	// Pace bounds how much it is sent; zero: not at all.
	Pace paging.Pace
	Pos  document.Pos
}

// readPagers reads `pagers:`.
func (c *Config) readPagers(r *document.Reader, m *document.Map) {
	c.Pagers = map[string]Pager{}
	allowExec := m.Bool("allow_exec")
	for _, e := range m.Map("pagers").Entries() {
		entry := r.Map(e.Value)
		p := Pager{Spec: pager.Read(c.secrets(r), e.Key, entry, allowExec), Pace: readPace(r, entry.Get("rate")), Pos: e.KeyPos}
		entry.Done()
		c.Pagers[e.Key] = p
	}
}

// secrets reads where secrets come from.
func (c *Config) secrets(r *document.Reader) secret.Reader {
	return secret.Reader{Reader: r, Folder: filepath.Dir(c.File)}
}
