package store

import (
	"context"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

const (
	signInTries = 8
	signInPause = 10 * time.Minute
)

// SignInFailed counts a wrong password; after eight in a row the account pauses for ten minutes.
func (d *DB) SignInFailed(ctx context.Context, by audit.Actor, id string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		// Counted in the row, so that tries at the same time all count.
		err := tx.g.Exec("UPDATE users SET locked_until = CASE WHEN failed_sign_ins + 1 >= ? THEN ? ELSE locked_until END, failed_sign_ins = failed_sign_ins + 1 WHERE id = ?",
			signInTries, AtOf(tx.now.Add(signInPause)), id).Error
		if err != nil {
			return err
		}
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.UserSignInFailed, Object: audit.Object{ID: id}, Outcome: audit.OutcomeDenied})
		return nil
	})
}

// SignedIn notes a sign-in; a fresher hash of the same password replaces the old
// one. An account that was paused or disabled while the password was checked is
// refused: a right guess among many wrong ones at once must not get in. Errors: sign_in_refused.
func (d *DB) SignedIn(ctx context.Context, by audit.Actor, id, rehashed string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		res := tx.g.Exec("UPDATE users SET failed_sign_ins = 0, locked_until = 0, last_seen_at = ? WHERE id = ? AND locked_until <= ? AND disabled_at = 0", tx.now, id, tx.now)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return fault.New(fault.Unauthenticated, "sign_in_refused", "The account is paused or disabled.")
		}
		if rehashed != "" {
			if err := tx.g.Exec("UPDATE users SET password_hash = ? WHERE id = ?", rehashed, id).Error; err != nil {
				return err
			}
		}
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.UserSignedIn, Object: audit.Object{ID: id}})
		return nil
	})
}

// SignedOut notes that a person ended their session.
func (d *DB) SignedOut(ctx context.Context, by audit.Actor) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		tx.Record(audit.Event{Stream: audit.AgencyStream, Action: audit.UserSignedOut, Object: audit.Object{ID: by.ID}})
		return nil
	})
}
