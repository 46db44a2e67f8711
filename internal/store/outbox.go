package store

import (
	"context"
	"time"

	"gorm.io/gorm/clause"
)

// The kinds of outbox event.
const (
	// OutboxStart starts a workflow; the payload is a workflows start request.
	OutboxStart = "workflow.start"
	// OutboxSignal tells a running workflow a fact.
	OutboxSignal = "workflow.signal"
	// OutboxMail sends one e-mail.
	OutboxMail = "mail"
)

// OutboxEvent is something that must happen outside the database, at least
// once, because of a committed change.
type OutboxEvent struct {
	ID   string `gorm:"primaryKey"`
	Kind string
	// DedupeKey makes a second event of the same meaning vanish.
	DedupeKey string
	// OrderKey keeps events of one receiver in order; empty means none is needed.
	OrderKey string
	// Payload is JSON, written by the emitter and read by the relay.
	Payload      string
	AvailableAt  At
	Attempts     int64
	ClaimedBy    string
	ClaimedUntil At
	DoneAt       At
	DeadAt       At
	LastError    string
	CreatedAt    At
}

// TableName names the table.
func (OutboxEvent) TableName() string { return "outbox" }

// emit stores an event with the change; delay postpones its first try.
func emit[T any](tx *Tx, kind, dedupe, order string, payload T, delay time.Duration) error {
	text, err := JSONOf(payload).Value()
	if err != nil {
		return err
	}
	row := OutboxEvent{ID: NewID(), Kind: kind, DedupeKey: dedupe, OrderKey: order, Payload: text.(string),
		AvailableAt: AtOf(tx.now.Add(delay)), CreatedAt: tx.now}
	return tx.g.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "dedupe_key"}}, DoNothing: true}).Create(&row).Error
}

const maxOutboxAttempts = 40

// ClaimOutbox takes up to n due events for worker until now+lease. Of events
// with the same order key only the oldest is given, so order is kept; a worker
// that dies gives its events back when the lease ends.
func (d *DB) ClaimOutbox(ctx context.Context, worker string, kinds []string, n int, lease time.Duration) ([]OutboxEvent, error) {
	now := d.Now()
	var ids []string
	err := d.read.WithContext(ctx).Raw(`SELECT o.id FROM outbox o WHERE o.done_at = 0 AND o.dead_at = 0 AND o.available_at <= ? AND o.claimed_until <= ? AND o.kind IN ?
		AND (o.order_key = '' OR NOT EXISTS (SELECT 1 FROM outbox p WHERE p.order_key = o.order_key AND p.done_at = 0 AND p.dead_at = 0 AND p.id < o.id))
		ORDER BY o.available_at, o.id LIMIT ?`, now, now, kinds, n).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return nil, translate(err)
	}
	var out []OutboxEvent
	for _, id := range ids {
		res := d.write.WithContext(ctx).Exec("UPDATE outbox SET claimed_by = ?, claimed_until = ?, attempts = attempts + 1 WHERE id = ? AND done_at = 0 AND dead_at = 0 AND claimed_until <= ?",
			worker, AtOf(now.Add(lease)), id, now)
		if res.Error != nil {
			return out, translate(res.Error)
		}
		if res.RowsAffected == 0 {
			continue
		}
		var row OutboxEvent
		if err := d.write.WithContext(ctx).Where("id = ?", id).Take(&row).Error; err != nil {
			return out, translate(err)
		}
		out = append(out, row)
	}
	return out, nil
}

// ReleaseClaims gives back what earlier processes had claimed. Only a process
// that knows itself to be the only one may call it: then whoever claimed is dead.
func (d *DB) ReleaseClaims(ctx context.Context) error {
	return translate(d.write.WithContext(ctx).Exec("UPDATE outbox SET claimed_until = 0 WHERE done_at = 0 AND dead_at = 0 AND claimed_until > 0").Error)
}

// OutboxDone marks an event as happened.
func (d *DB) OutboxDone(ctx context.Context, e OutboxEvent) error {
	return translate(d.write.WithContext(ctx).Exec("UPDATE outbox SET done_at = ?, claimed_until = 0, last_error = '' WHERE id = ? AND claimed_by = ?",
		d.Now(), e.ID, e.ClaimedBy).Error)
}

// OutboxFailed postpones an event with a widening delay; a permanent failure,
// or too many tries, puts it aside as dead so that it never blocks others.
// It reports whether the event is dead now.
func (d *DB) OutboxFailed(ctx context.Context, e OutboxEvent, cause string, permanent bool) (bool, error) {
	now := d.Now()
	if permanent || e.Attempts >= maxOutboxAttempts {
		err := d.write.WithContext(ctx).Exec("UPDATE outbox SET dead_at = ?, claimed_until = 0, last_error = ? WHERE id = ? AND claimed_by = ?",
			now, cause, e.ID, e.ClaimedBy).Error
		return true, translate(err)
	}
	wait := min(500*time.Millisecond<<min(e.Attempts, 12), 10*time.Minute)
	err := d.write.WithContext(ctx).Exec("UPDATE outbox SET available_at = ?, claimed_until = 0, last_error = ? WHERE id = ? AND claimed_by = ?",
		AtOf(now.Add(wait)), cause, e.ID, e.ClaimedBy).Error
	return false, translate(err)
}

// OutboxCounts says how many events wait and how many were put aside.
func (d *DB) OutboxCounts(ctx context.Context) (pending, dead int64, err error) {
	var c struct{ Pending, Dead int64 }
	err = d.read.WithContext(ctx).Raw(`SELECT COALESCE(SUM(CASE WHEN done_at = 0 AND dead_at = 0 THEN 1 ELSE 0 END), 0) AS pending,
		COALESCE(SUM(CASE WHEN dead_at > 0 THEN 1 ELSE 0 END), 0) AS dead FROM outbox WHERE done_at = 0`).Scan(&c).Error
	return c.Pending, c.Dead, translate(err)
}
