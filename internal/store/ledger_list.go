package store

import (
	"context"
	"strings"
	"time"
)

// LedgerFilter narrows the ledger; empty fields do not.
type LedgerFilter struct {
	ClientID, ActorID, ObjectID string
	// Crisis is an id or a number.
	Crisis string
	// Action is an action such as "crisis.opened", or the part before the dot.
	Action   string
	From, To time.Time
}

// Ledger lists entries, newest first, with their values opened. The scope is a
// wall: an entry of the agency's own, which has no client, is seen only by who
// sees every client. Errors: bad_cursor.
func (d *DB) Ledger(ctx context.Context, scope Scope, f LedgerFilter, p Page) ([]LedgerEntry, string, error) {
	c, on, err := p.at()
	if err != nil {
		return nil, "", err
	}
	q := scope.on(d.read.WithContext(ctx), "client_id")
	for column, value := range map[string]string{"client_id": f.ClientID, "actor_id": f.ActorID, "object_id": f.ObjectID} {
		if value != "" {
			q = q.Where(column+" = ?", value)
		}
	}
	if f.Crisis != "" {
		q = q.Where("crisis_id IN (SELECT id FROM crises WHERE id = ? OR number = ?)", f.Crisis, f.Crisis)
	}
	if strings.Contains(f.Action, ".") {
		q = q.Where("action = ?", f.Action)
	} else if f.Action != "" {
		q = q.Where("action >= ? AND action < ?", f.Action+".", f.Action+"/") // "/" is what follows "." in ASCII
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", AtOf(f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", AtOf(f.To))
	}
	if on {
		q = q.Where("pos < ?", c.At)
	}
	var rows []AuditEntry
	if err := q.Order("pos DESC").Limit(p.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	rows, next := cut(rows, p.limit(), func(r AuditEntry) cursor { return cursor{At: r.Pos} })
	out, err := d.opener(d.read.WithContext(ctx)).readable(rows)
	return out, next, translate(err)
}
