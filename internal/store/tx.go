package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// Tx is one change: facts, ledger entries, outbox events and live events that
// are committed together.
type Tx struct {
	db     *DB
	g      *gorm.DB
	ctx    context.Context
	now    At
	by     audit.Actor
	events []audit.Event
	facts  map[string]bool
	policy bool
}

type requestIDKey struct{}

// WithRequestID marks ctx with the id that ties log lines and ledger entries of one request.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID is the id of WithRequestID, or nothing.
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// Change runs fn in one transaction on behalf of by. What fn records is
// appended to the ledger last; a change of facts that recorded nothing is
// refused (fact_without_entry). Serialisation failures are retried, so fn must
// have no effect outside the transaction.
func (d *DB) Change(ctx context.Context, by audit.Actor, fn func(*Tx) error) error {
	var err error
	for try := range 6 {
		if err = d.changeOnce(ctx, by, fn); !retryable(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(5+rand.IntN(20<<try)) * time.Millisecond):
		}
	}
	return fault.New(fault.Unavailable, "database_busy", "The database is too busy to take this change: try again.").Because(err)
}

func (d *DB) changeOnce(ctx context.Context, by audit.Actor, fn func(*Tx) error) error {
	return translate(d.write.WithContext(ctx).Transaction(func(g *gorm.DB) error {
		tx := &Tx{db: d, ctx: ctx, now: d.Now(), by: by, facts: map[string]bool{}}
		tx.g = watch(g, tx)
		if err := fn(tx); err != nil {
			return err
		}
		if len(tx.facts) > 0 && len(tx.events) == 0 {
			return fault.New(fault.Internal, "fact_without_entry", "A change without a ledger entry was refused.").
				With("tables", fmt.Sprint(tx.facts))
		}
		if tx.policy {
			if err := tx.g.Exec("UPDATE agency SET policy_revision = policy_revision + 1").Error; err != nil {
				return err
			}
		}
		return tx.appendAll()
	}))
}

// Now is the change's one instant.
func (tx *Tx) Now() At { return tx.now }

// By is who changes.
func (tx *Tx) By() audit.Actor { return tx.by }

// Record adds an entry to the ledger. Actor and request id are filled in when empty.
func (tx *Tx) Record(e audit.Event) {
	if e.Actor.ID == "" {
		e.Actor = tx.by
	}
	if e.RequestID == "" {
		e.RequestID = RequestID(tx.ctx)
	}
	tx.events = append(tx.events, e)
}

// grantsChanged makes every process reload its grants after the commit.
func (tx *Tx) grantsChanged() { tx.policy = true }

// locked reads one row and keeps others from changing it until the commit.
// On SQLite the transaction is the only writer already.
func (tx *Tx) locked(q *gorm.DB) *gorm.DB {
	if tx.db.dialect == Postgres {
		return q.Clauses(clause.Locking{Strength: "UPDATE"})
	}
	return q
}

// once runs fn unless an effect with this key is already there; the stored
// result is given back instead. It makes an activity's second run harmless.
func once[T any](tx *Tx, key string, fn func() (T, error)) (T, error) {
	var zero T
	if key == "" {
		return zero, errors.New("store: an effect needs a key")
	}
	var row effectRow
	err := tx.g.Where("key = ?", key).Take(&row).Error
	if err == nil {
		var j JSON[T]
		err := j.Scan(row.Result)
		return j.V, err
	}
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return zero, err
	}
	out, err := fn()
	if err != nil {
		return zero, err
	}
	text, err := JSONOf(out).Value()
	if err != nil {
		return zero, err
	}
	row = effectRow{Key: key, Result: text.(string), At: tx.now}
	return out, tx.g.Create(&row).Error
}

type effectRow struct {
	Key    string `gorm:"primaryKey"`
	Result string
	At     At
}

func (effectRow) TableName() string { return "effects" }
