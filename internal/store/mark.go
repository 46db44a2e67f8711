package store

import (
	"context"

	"gorm.io/gorm/clause"
)

// Marked reports whether something that is done once per deployment was done.
func (d *DB) Marked(ctx context.Context, key string) (bool, error) {
	var n int64
	err := d.read.WithContext(ctx).Raw("SELECT COUNT(*) FROM effects WHERE key = ?", "mark:"+key).Scan(&n).Error
	return n > 0, translate(err)
}

// Mark remembers that it was done.
func (d *DB) Mark(ctx context.Context, key string) error {
	row := effectRow{Key: "mark:" + key, Result: "true", At: d.Now()}
	return translate(d.write.WithContext(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error)
}
