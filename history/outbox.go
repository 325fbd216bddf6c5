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
	// deliveries are those that wait, each with the page about the end of its incident if that waits behind it.
	deliveriesWaiting = `SELECT d.seq, d.page, d.page_id, d.dedup_key, d.event, d.incident, d.attempts, d.last_error,
		d.created_at, d.due_at, d.soon_at,
		EXISTS (SELECT 1 FROM deliveries r WHERE r.incident = d.incident AND r.relay_of = d.pager),
		EXISTS (SELECT 1 FROM deliveries h WHERE h.incident = d.incident AND h.pager = d.pager AND h.relay_of = d.relay_of
			AND h.outcome = 'accepted'),
		coalesce(e.seq, 0), e.page, d.note, coalesce((SELECT f.note FROM deliveries f WHERE f.incident = d.incident AND f.pager = d.pager
			AND f.outcome = 'accepted' ORDER BY f.seq LIMIT 1), ''),
		EXISTS (SELECT 1 FROM deliveries o WHERE o.incident = d.incident AND o.pager <> d.pager AND o.outcome = 'accepted')
		FROM deliveries d LEFT JOIN deliveries e ON e.seq = (SELECT w.seq FROM deliveries w WHERE w.pager = d.pager
			AND w.dedup_key = d.dedup_key AND w.settled_at = 0 AND w.seq > d.seq AND w.incident = d.incident
			AND w.relay_of = d.relay_of AND w.event = 'closed' AND d.event <> 'closed' ORDER BY w.seq LIMIT 1)
		WHERE d.settled_at = 0 AND d.pager = ? `
	headsQuery   = deliveriesWaiting + "AND d.head = 1 ORDER BY d.due_at, d.seq LIMIT ?"
	overdueQuery = deliveriesWaiting + "AND d.told = 0 AND d.created_at < ? ORDER BY d.created_at, d.seq LIMIT ?"
	// standingQuery finds the kept pages. What is refused at its end stands no more either: the incident is closed.
	standingQuery = `SELECT d.page FROM deliveries d WHERE d.pager = ? AND d.settled_at > 0 AND d.page IS NOT NULL
		AND (d.event = 'closed' AND d.settled_at > ? OR d.event <> 'closed'
			AND EXISTS (SELECT 1 FROM incidents i WHERE i.id = d.incident AND i.closed_at = 0))
		AND NOT EXISTS (SELECT 1 FROM deliveries w WHERE w.pager = d.pager AND w.dedup_key = d.dedup_key
			AND w.settled_at = 0 AND w.seq > d.seq AND (w.event = 'closed' OR w.incident <> d.incident))
		ORDER BY d.dedup_key, d.seq`
	// keptQuery forgets the pages that a later one of the same key has replaced.
	keptQuery = `UPDATE deliveries SET page = NULL
		WHERE pager = ? AND dedup_key = ? AND seq < ? AND settled_at > 0 AND page IS NOT NULL`
	oldestQuery = "SELECT min(created_at) FROM deliveries WHERE settled_at = 0"

	addDeliveryQuery = `INSERT INTO deliveries (pager, page_id, dedup_key, incident, event, relay_of, page,
		created_at, due_at, head, told) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, NOT EXISTS
		(SELECT 1 FROM deliveries WHERE pager = ?1 AND dedup_key = ?3 AND settled_at = 0),
		?6 <> '' OR ?5 NOT IN ('opened', 'escalated', 'closed'))
		ON CONFLICT (page_id, pager) DO NOTHING`
	nextHeadQuery = `UPDATE deliveries SET head = 1 WHERE seq = (SELECT seq FROM deliveries
		WHERE pager = ? AND dedup_key = ? AND settled_at = 0 ORDER BY seq LIMIT 1)`
	waitingQuery = "SELECT pager, dedup_key, incident, relay_of FROM deliveries WHERE seq = ? AND settled_at = 0"
	toldQuery    = `UPDATE deliveries SET told = 1
		WHERE pager = ? AND dedup_key = ? AND incident = ? AND relay_of = ? AND seq <= ? AND settled_at = 0`
	// collapseQuery settles what was to be told of an incident before its end.
	collapseQuery = `UPDATE deliveries SET settled_at = ?, outcome = 'collapsed', head = 0, page = NULL
		WHERE pager = ? AND dedup_key = ? AND incident = ? AND relay_of = ? AND seq < ? AND settled_at = 0`
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
	row, err := st.waiting.texts(s.Seq)
	if err != nil || row == nil {
		return err
	}
	pager, key, incident, relayOf := row[0], row[1], row[2], row[3]
	last := max(s.Seq, s.Through)
	if len(s.Relay) > 0 || s.Outcome == paging.Told {
		err = st.told.exec(pager, key, incident, relayOf, last)
	}
	switch {
	case err != nil || s.Outcome == paging.Told:
	case s.Outcome == paging.Postponed:
		err = st.postpone.exec(nanos(s.Until), nanos(s.Soon), s.Cause, s.Note, s.Seq)
	default:
		err = b.finish(s, last, pager, key, incident, relayOf)
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

// finish settles a delivery for good, and what is collapsed into it.
func (b *batch) finish(s *paging.Settlement, last int64, pager, key, incident, relayOf string) error {
	st := b.w.st
	if s.Through > 0 {
		n, err := st.collapse.affect(nanos(s.At), pager, key, incident, relayOf, last)
		if err != nil {
			return err
		}
		b.pending -= n
	}
	b.pending--
	if err := st.settle.exec(nanos(s.At), string(s.Outcome), s.Cause, s.Note, s.Keep, last); err != nil {
		return err
	}
	if s.Keep {
		if err := st.kept.exec(pager, key, last); err != nil {
			return err
		}
	}
	return st.nextHead.exec(pager, key)
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
	return s.waiting(ctx, pager, headsQuery, pager, limit)
}

// Overdue implements [paging.Outbox].
func (s *Store) Overdue(ctx context.Context, pager string, before time.Time, limit int) ([]paging.Delivery, error) {
	return s.waiting(ctx, pager, overdueQuery, pager, nanos(before), limit)
}

// Standing implements [paging.Outbox].
func (s *Store) Standing(ctx context.Context, pager string, endedAfter time.Time) ([]paging.Page, error) {
	rows, err := s.read.QueryContext(ctx, standingQuery, pager, nanos(endedAfter))
	if err != nil {
		return nil, fmt.Errorf("reading what %q was told: %w", pager, err)
	}
	defer rows.Close()
	var standing []paging.Page
	for rows.Next() {
		var text []byte
		var page paging.Page
		if err := rows.Scan(&text); err != nil {
			return nil, fmt.Errorf("reading what %q was told: %w", pager, err)
		}
		if err := json.Unmarshal(text, &page); err != nil {
			s.o.Log.Error("a page cannot be read; it is not told again", "pager", pager, "err", err)
			continue
		}
		standing = append(standing, page)
	}
	return standing, rows.Err()
}

// waiting gives the deliveries to a pager that a query finds.
func (s *Store) waiting(ctx context.Context, pager, query string, args ...any) ([]paging.Delivery, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reading the outbox of %q: %w", pager, err)
	}
	defer rows.Close()
	var found []paging.Delivery
	for rows.Next() {
		d := paging.Delivery{Pager: pager}
		var text, ending []byte
		var bare paging.Page
		var created, due, soon int64
		if err := rows.Scan(&d.Seq, &text, &bare.ID, &bare.DedupKey, &bare.Event, &bare.Incident.ID, &d.Attempts, &d.LastError,
			&created, &due, &soon, &d.Relayed, &d.Heard, &d.Through, &ending, &d.Notes.Delivery, &d.Notes.Incident, &d.Elsewhere); err != nil {
			return nil, fmt.Errorf("reading the outbox of %q: %w", pager, err)
		}
		if err := json.Unmarshal(text, &d.Page); err != nil {
			s.o.Log.Error("a page cannot be read; only what it is about is sent", "page", bare.ID, "err", err)
			bare.Version, bare.Summary = 1, "Outrider could not read its own page about incident "+bare.Incident.ID
			d.Page = bare
		}
		if d.Through > 0 {
			var end paging.Page
			if err := json.Unmarshal(ending, &end); err != nil {
				d.Through = 0 // It is sent in its turn, as far as it is known.
			} else {
				d.Ending = &end
			}
		}
		d.CreatedAt, d.DueAt, d.SoonAt = fromNanos(created), fromNanos(due), fromNanos(soon)
		found = append(found, d)
	}
	return found, rows.Err()
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
