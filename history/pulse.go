package history

import (
	"context"
	"fmt"
	"time"
)

// Alive proves that the store works: it writes, and returns nil when that is on the disk.
func (s *Store) Alive(ctx context.Context) error {
	err := s.do(ctx, &job{chore: func(b *batch) error {
		_, err := b.w.st.once("INSERT INTO pulse (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at", time.Now().UnixNano())
		return err
	}})
	if err != nil {
		return fmt.Errorf("writing the pulse: %w", err)
	}
	return nil
}
