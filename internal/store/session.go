package store

import (
	"context"
	"time"
)

// Sessions keeps sign-in sessions for the session library; tokens arrive hashed.
type Sessions struct{ db *DB }

// Sessions gives the session store.
func (d *DB) Sessions() *Sessions { return &Sessions{db: d} }

type sessionRow struct {
	TokenHash string `gorm:"primaryKey"`
	UserID    string
	Data      []byte
	ExpiresAt At
	CreatedAt At
}

func (sessionRow) TableName() string { return "sessions" }

const (
	// SessionLifetime ends every session, SessionIdle one that nobody uses.
	SessionLifetime = 7 * 24 * time.Hour
	SessionIdle     = 12 * time.Hour
	// idleStep is how coarsely use is noted, so that not every read of a page writes.
	idleStep = 10 * time.Minute
)

// FindCtx reads a session that has not expired, and notes that it is used.
func (s *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var row sessionRow
	now := s.db.Now()
	err := s.db.read.WithContext(ctx).Where("token_hash = ? AND expires_at > ?", token, now).Limit(1).Find(&row).Error
	if err != nil || row.TokenHash == "" {
		return nil, false, translate(err)
	}
	next := AtOf(now.Add(SessionIdle))
	if end := AtOf(row.CreatedAt.Add(SessionLifetime)); end.Before(next.Time) {
		next = end
	}
	if next.Sub(row.ExpiresAt.Time) > idleStep {
		// An update, never an insert: what was ended meanwhile stays ended.
		err = s.db.write.WithContext(ctx).Exec("UPDATE sessions SET expires_at = ? WHERE token_hash = ?", next, token).Error
	}
	return row.Data, true, translate(err)
}

// CommitCtx stores a session; it ends at expiry or when nobody uses it.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	if idle := s.db.Now().Add(SessionIdle); idle.Before(expiry) {
		expiry = idle
	}
	return translate(s.db.write.WithContext(ctx).Exec(`INSERT INTO sessions (token_hash, user_id, data, expires_at, created_at) VALUES (?, '', ?, ?, ?)
		ON CONFLICT (token_hash) DO UPDATE SET data = excluded.data, expires_at = excluded.expires_at`, token, data, AtOf(expiry), s.db.Now()).Error)
}

// DeleteCtx ends a session.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	return translate(s.db.write.WithContext(ctx).Exec("DELETE FROM sessions WHERE token_hash = ?", token).Error)
}

// Find, Commit and Delete are asked for by the library's interface, which calls
// the forms with a context where there are such.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token) //nolint:forbidigo // the library's older interface has no context
}

// Commit stores a session.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry) //nolint:forbidigo // the library's older interface has no context
}

// Delete ends a session.
func (s *Sessions) Delete(token string) error {
	return s.DeleteCtx(context.Background(), token) //nolint:forbidigo // the library's older interface has no context
}

// Own says whose session it is, so that all of a person's can be ended.
func (s *Sessions) Own(ctx context.Context, token, userID string) error {
	return translate(s.db.write.WithContext(ctx).Exec("UPDATE sessions SET user_id = ? WHERE token_hash = ?", userID, token).Error)
}

// Sweep removes what has expired.
func (d *DB) Sweep(ctx context.Context) error {
	now := d.Now()
	for _, q := range []string{"DELETE FROM sessions WHERE expires_at < ?", "DELETE FROM review_sessions WHERE expires_at < ?"} {
		if err := d.write.WithContext(ctx).Exec(q, now).Error; err != nil {
			return translate(err)
		}
	}
	return translate(d.write.WithContext(ctx).Exec("DELETE FROM idempotency WHERE created_at < ?", AtOf(now.Add(-48*time.Hour))).Error)
}
