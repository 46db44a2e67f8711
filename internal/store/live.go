package store

import (
	"context"
	"time"
)

// LiveEvent tells open consoles that something they may show has changed. It
// lives in the database so that every process can pass it on.
type LiveEvent struct {
	Seq      int64 `gorm:"primaryKey;autoIncrement"`
	Kind     string
	ClientID string
	CrisisID string
	ObjectID string
	At       At
}

// TableName names the table.
func (LiveEvent) TableName() string { return "live_events" }

// announce stores a live event with the change.
func (tx *Tx) announce(kind, clientID, crisisID, objectID string) error {
	return tx.g.Create(&LiveEvent{Kind: kind, ClientID: clientID, CrisisID: crisisID, ObjectID: objectID, At: tx.now}).Error
}

// LiveSince lists events after seq, oldest first. Sequence numbers of
// PostgreSQL may commit out of order, so the reader looks back over a short
// overlap and skips what it has passed on.
func (d *DB) LiveSince(ctx context.Context, seq int64, limit int) ([]LiveEvent, error) {
	var out []LiveEvent
	err := d.read.WithContext(ctx).Where("seq > ?", seq).Order("seq").Limit(limit).Find(&out).Error
	return out, translate(err)
}

// LiveHead is the newest sequence number.
func (d *DB) LiveHead(ctx context.Context) (int64, error) {
	var n int64
	err := d.read.WithContext(ctx).Raw("SELECT COALESCE(MAX(seq), 0) FROM live_events").Scan(&n).Error
	return n, translate(err)
}

// LiveTail is the oldest sequence number that is kept, 0 when none is.
func (d *DB) LiveTail(ctx context.Context) (int64, error) {
	var n int64
	err := d.read.WithContext(ctx).Raw("SELECT COALESCE(MIN(seq), 0) FROM live_events").Scan(&n).Error
	return n, translate(err)
}

// PruneLive removes events older than keep; consoles that were away longer reload.
func (d *DB) PruneLive(ctx context.Context, keep time.Duration) error {
	return translate(d.write.WithContext(ctx).Exec("DELETE FROM live_events WHERE at < ?", AtOf(d.Now().Add(-keep))).Error)
}
