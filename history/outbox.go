package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/outrider-monitor/outrider/paging"
)

const (
	pagersQuery = `SELECT pager FROM deliveries WHERE settled_at = 0 AND head = 1 AND pager > ? ORDER BY pager LIMIT 1`
	headsQuery  = `SELECT seq, page, page_id, dedup_key, event, incident, attempts, last_error, created_at, due_at, EXISTS
		(SELECT 1 FROM deliveries r WHERE r.incident = d.incident AND r.relay_of = d.pager)
		FROM deliveries d WHERE settled_at = 0 AND head = 1 AND pager = ? ORDER BY due_at, seq LIMIT ?`
	oldestQuery = "SELECT min(created_at) FROM deliveries WHERE settled_at = 0"

	addDeliveryQuery = `INSERT INTO deliveries (pager, page_id, dedup_key, incident, event, relay_of, page,
		created_at, due_at, head) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, NOT EXISTS
		(SELECT 1 FROM deliveries WHERE pager = ?1 AND dedup_key = ?3 AND settled_at = 0))
		ON CONFLICT (page_id, pager) DO NOTHING`
	nextHeadQuery = `UPDATE deliveries SET head = 1 WHERE seq = (SELECT seq FROM deliveries
		WHERE pager = ? AND dedup_key = ? AND settled_at = 0 ORDER BY seq LIMIT 1)`
	waitingQuery = "SELECT pager, dedup_key FROM deliveries WHERE seq = ? AND settled_at = 0"
)

// enqueue adds a page to the outbox, unless it has been there before.
func (b *batch) enqueue(o *paging.Outgoing, text []byte, now time.Time) error {
	relayOf := ""
	if o.Page.Relay != nil {
		relayOf = o.Page.Relay.Pager
	}
	n, err := b.w.st.addDelivery.affect(o.Pager, o.Page.ID, o.Page.DedupKey, o.Page.Incident.ID, o.Page.Event,
		relayOf, text, nanos(now))
	b.pending += n
	return err
}

// settle writes down how a delivery ended. Settling twice changes nothing.
func (b *batch) settle(s *paging.Settlement) error {
	st := b.w.st
	var pager, key string
	err := st.waiting.QueryRowContext(context.Background(), s.Seq).Scan(&pager, &key)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if s.Outcome == paging.Postponed {
		err = st.postpone.exec(nanos(s.Until), s.Cause, s.Seq)
	} else {
		b.pending--
		if err = st.settle.exec(nanos(s.At), string(s.Outcome), s.Cause, s.Seq); err == nil {
			err = st.nextHead.exec(pager, key)
		}
	}
	if err != nil {
		return err
	}
	for n := range s.Relay {
		text, err := json.Marshal(s.Relay[n].Page)
		if err != nil {
			return fmt.Errorf("encoding page %q: %w", s.Relay[n].Page.ID, err)
		}
		if err := b.enqueue(&s.Relay[n], text, s.At); err != nil {
			return err
		}
	}
	return nil
}

// Settle implements [paging.Outbox].
func (s *Store) Settle(ctx context.Context, settlement paging.Settlement) error {
	if err := s.do(ctx, &job{settle: &settlement}); err != nil {
		return fmt.Errorf("settling delivery %d: %w", settlement.Seq, err)
	}
	return nil
}

// Pagers implements [paging.Outbox]. It takes one look-up for each pager, however many pages wait.
func (s *Store) Pagers(ctx context.Context) ([]string, error) {
	var names []string
	last := ""
	for {
		err := s.read.QueryRowContext(ctx, pagersQuery, last).Scan(&last)
		if errors.Is(err, sql.ErrNoRows) {
			return names, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the outbox: %w", err)
		}
		names = append(names, last)
	}
}

// Heads implements [paging.Outbox].
func (s *Store) Heads(ctx context.Context, pager string, limit int) ([]paging.Delivery, error) {
	rows, err := s.read.QueryContext(ctx, headsQuery, pager, limit)
	if err != nil {
		return nil, fmt.Errorf("reading the outbox of %q: %w", pager, err)
	}
	defer rows.Close()
	var heads []paging.Delivery
	for rows.Next() {
		d := paging.Delivery{Pager: pager}
		var text []byte
		var bare paging.Page
		var created, due int64
		if err := rows.Scan(&d.Seq, &text, &bare.ID, &bare.DedupKey, &bare.Event, &bare.Incident.ID, &d.Attempts, &d.LastError,
			&created, &due, &d.Relayed); err != nil {
			return nil, fmt.Errorf("reading the outbox of %q: %w", pager, err)
		}
		if err := json.Unmarshal(text, &d.Page); err != nil {
			s.o.Log.Error("a page cannot be read; only what it is about is sent", "page", bare.ID, "err", err)
			bare.Version, bare.Summary = 1, "Outrider could not read its own page about incident "+bare.Incident.ID
			d.Page = bare
		}
		d.CreatedAt, d.DueAt = fromNanos(created), fromNanos(due)
		heads = append(heads, d)
	}
	return heads, rows.Err()
}

// Backlog is how many pages wait for their pager, and since when the oldest of them does; zero if none does.
func (s *Store) Backlog(ctx context.Context) (waiting int, oldest time.Time, err error) {
	waiting = int(s.pending.Load())
	if waiting == 0 {
		return 0, time.Time{}, nil
	}
	var created sql.NullInt64
	err = s.read.QueryRowContext(ctx, oldestQuery).Scan(&created)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("reading the outbox: %w", err)
	}
	return waiting, fromNanos(created.Int64), nil
}
