package store

import (
	"context"

	"gorm.io/gorm/clause"
)

// Answer is what a retried write is answered with.
type Answer struct {
	Key         string `gorm:"primaryKey"`
	RequestHash string
	Status      int64
	ContentType string
	Body        []byte
	CreatedAt   At
}

// TableName names the table.
func (Answer) TableName() string { return "idempotency" }

// KnownAnswer finds the answer to an earlier request with this key; ok is false when there was none.
func (d *DB) KnownAnswer(ctx context.Context, key string) (a Answer, ok bool, err error) {
	err = d.read.WithContext(ctx).Where("key = ?", key).Limit(1).Find(&a).Error
	return a, a.Key != "", translate(err)
}

// KeepAnswer stores an answer unless there is one.
func (d *DB) KeepAnswer(ctx context.Context, a Answer) error {
	a.CreatedAt = d.Now()
	if a.Body == nil {
		a.Body = []byte{}
	}
	return translate(d.write.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&a).Error)
}
