package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/outrider-monitor/outrider/probes"
)

// maxPortrait bounds the JSON of a portrait. One is kept of each journey.
const maxPortrait = 128 << 10

// encodePortrait encodes a run's portrait; nil if it has none. A run is not lost by one that cannot be stored.
func encodePortrait(r *probes.Result, log *slog.Logger) []byte {
	if r.Portrait == nil {
		return nil
	}
	text, err := json.Marshal(r.Portrait)
	if err != nil || len(text) > maxPortrait {
		log.Warn("the portrait of a good run is not kept", "journey", r.Journey, "run", r.RunID, "bytes", len(text), "err", err)
		return nil
	}
	return text
}

// Portrait gives what the last good run of a journey looked like whose portrait was taken; nil if none was.
func (s *Store) Portrait(ctx context.Context, journey string) (*probes.Portrait, error) {
	var text []byte
	err := s.read.QueryRowContext(ctx, `SELECT p.portrait FROM portraits p JOIN subjects s ON s.id = p.subject WHERE s.name = ?`, journey).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the portrait of %q: %w", journey, err)
	}
	var p probes.Portrait
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("reading the portrait of %q: %w", journey, err)
	}
	return &p, nil
}
