package dial

import (
	"crypto/tls"
	"os"
	"sync"
	"time"
)

// Configs keeps what was made of certificate files, until one of them changes: to read and parse them for each check
// would cost as much as a tenth of its handshake. The zero value is empty.
type Configs struct {
	mu    sync.Mutex
	known map[configKey]config
}

type configKey struct {
	trust Trust
	dir   string
}

type config struct {
	made    *tls.Config
	changed [3]time.Time
}

// maxConfigs bounds what is kept.
const maxConfigs = 1000

// Get gives a configuration of its own to each caller.
func (c *Configs) Get(t Trust, dir string) (*tls.Config, error) {
	changed := [3]time.Time{changedAt(dir, t.CAFile), changedAt(dir, t.CertFile), changedAt(dir, t.KeyFile)}
	key := configKey{t, dir}
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.known[key]; ok && found.changed == changed {
		return found.made.Clone(), nil
	}
	made, err := t.Config(dir)
	if err != nil {
		return nil, err
	}
	if c.known == nil || len(c.known) >= maxConfigs {
		c.known = map[configKey]config{}
	}
	c.known[key] = config{made, changed}
	return made.Clone(), nil
}

// changedAt is when a file changed last; zero for none.
func changedAt(dir, name string) time.Time {
	if name == "" {
		return time.Time{}
	}
	info, err := os.Stat(Beside(dir, name))
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
