package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// At is an instant stored as UTC microseconds, the finest that both databases
// and the ledger keep. The zero instant is stored as 0 and means "not yet".
type At struct{ time.Time }

// AtOf truncates t to what is stored.
func AtOf(t time.Time) At {
	if t.IsZero() {
		return At{}
	}
	return At{t.UTC().Truncate(time.Microsecond)}
}

// Scan reads the stored number.
func (a *At) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		a.Time = time.Time{}
	case int64:
		a.Time = time.Time{}
		if v != 0 {
			a.Time = time.UnixMicro(v).UTC()
		}
	default:
		return fmt.Errorf("store: an instant cannot be read from %T", src)
	}
	return nil
}

// Value gives the stored number.
func (a At) Value() (driver.Value, error) { return a.Micros(), nil }

// Micros is the stored number: 0 for the zero instant.
func (a At) Micros() int64 {
	if a.IsZero() {
		return 0
	}
	return a.UnixMicro()
}

// GormDataType tells gorm the column's kind.
func (At) GormDataType() string { return "bigint" }

// Ptr gives nil for the zero instant, for JSON that leaves it out.
func (a At) Ptr() *time.Time {
	if a.IsZero() {
		return nil
	}
	t := a.Time
	return &t
}
