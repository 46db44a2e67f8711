package store

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/migdalor/migdalor/internal/fault"
)

// notFound is the one answer for what is not there and for what may not be known of.
func notFound(what string) *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such %s.", what)
}

// missing turns gorm's "no record" into notFound and leaves other errors.
func missing(err error, what string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return notFound(what)
	}
	return err
}

// duplicate reports whether err is a broken unique index. gorm's own
// translation does not know the engine's SQLite driver.
func duplicate(err error) bool {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return true
	}
	var s *sqlite.Error
	if errors.As(err, &s) {
		return s.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || s.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	var p *pgconn.PgError
	return errors.As(err, &p) && p.Code == "23505"
}

// retryable reports whether running the transaction again may succeed.
func retryable(err error) bool {
	var p *pgconn.PgError
	if errors.As(err, &p) {
		return p.Code == "40001" || p.Code == "40P01"
	}
	var s *sqlite.Error
	return errors.As(err, &s) && s.Code()&0xff == sqlite3.SQLITE_BUSY
}

// translate gives a database's own refusals a code and a sentence.
func translate(err error) error {
	if err == nil || retryable(err) || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := fault.As(err); ok {
		return err
	}
	var s *sqlite.Error
	if errors.As(err, &s) && s.Code()&0xff == sqlite3.SQLITE_FULL {
		return fault.New(fault.Unavailable, "disk_full", "The disk is full: nothing was stored.").Because(err)
	}
	var p *pgconn.PgError
	if errors.As(err, &p) && strings.HasPrefix(p.Code, "53") {
		return fault.New(fault.Unavailable, "database_exhausted", "The database has no room or connections left: nothing was stored.").Because(err)
	}
	var c *pgconn.ConnectError
	if errors.As(err, &c) || strings.Contains(err.Error(), "connection refused") || strings.Contains(err.Error(), "broken pipe") {
		return fault.New(fault.Unavailable, "database_unreachable", "The database does not answer: nothing was stored.").Because(err)
	}
	return err
}
