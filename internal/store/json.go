package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// JSON is a value kept as JSON text in one column.
type JSON[T any] struct{ V T }

// JSONOf wraps a value for storing.
func JSONOf[T any](v T) JSON[T] { return JSON[T]{V: v} }

// Scan reads the column; empty text is the zero value.
func (j *JSON[T]) Scan(src any) error {
	var raw []byte
	switch v := src.(type) {
	case nil:
	case string:
		raw = []byte(v)
	case []byte:
		raw = v
	default:
		return fmt.Errorf("store: JSON cannot be read from %T", src)
	}
	var zero T
	j.V = zero
	if len(raw) == 0 {
		return nil
	}
	return json.Unmarshal(raw, &j.V)
}

// Value gives the text.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// GormDataType tells gorm the column's kind.
func (JSON[T]) GormDataType() string { return "text" }
