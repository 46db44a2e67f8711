package store

import (
	"context"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
)

// OutboxGaveUp reports whether an event has been tried as often as is sensible.
func OutboxGaveUp(e OutboxEvent) bool { return e.Attempts >= maxOutboxAttempts }

// OutboxPostpone gives an event back without counting the try, because it was
// not the event's fault: what should take it does not answer at all.
func (d *DB) OutboxPostpone(ctx context.Context, e OutboxEvent, cause string, wait time.Duration) error {
	return translate(d.write.WithContext(ctx).Exec("UPDATE outbox SET available_at = ?, claimed_until = 0, attempts = attempts - 1, last_error = ? WHERE id = ? AND claimed_by = ?",
		AtOf(d.Now().Add(wait)), cause, e.ID, e.ClaimedBy).Error)
}

// DeadLetter puts an event aside for good: it blocks nothing any more, the
// ledger says so, and administrators are told.
func (d *DB) DeadLetter(ctx context.Context, by audit.Actor, e OutboxEvent, cause string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		res := tx.g.Exec("UPDATE outbox SET dead_at = ?, claimed_until = 0, last_error = ? WHERE id = ? AND claimed_by = ? AND done_at = 0 AND dead_at = 0",
			tx.now, cause, e.ID, e.ClaimedBy)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.NotificationDeadLettered, Object: audit.Object{ID: e.ID}, Outcome: audit.OutcomeFailed,
			Changes: []audit.Change{audit.Set("kind", e.Kind), audit.Set("attempts", e.Attempts), audit.Private("cause", "", nil, cause)}})
		admins, err := tx.withRole("admin", "")
		if err != nil {
			return err
		}
		// The notice is for the console alone: a mail about a mail that failed could fail for ever.
		for _, id := range admins {
			row := Notification{ID: NewID(), UserID: id, Kind: "dead_letter", Params: JSONOf(map[string]string{"kind": e.Kind}), DedupeKey: "dead:" + e.ID, CreatedAt: tx.now}
			if err := tx.g.Create(&row).Error; err != nil {
				return err
			}
			if err := tx.announce("notification", "", "", id); err != nil {
				return err
			}
		}
		return tx.announce("system", "", "", e.ID)
	})
}
