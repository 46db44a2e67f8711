package store

import (
	"regexp"
	"strings"

	"gorm.io/gorm"
)

// notFacts are the tables that may change without a ledger entry: machinery,
// caches that can be rebuilt, and the ledger itself. Every other table holds
// facts, so a new one is guarded from its first day.
var notFacts = map[string]bool{
	"sessions": true, "review_sessions": true, "detector_states": true, "buckets": true, "notifications": true, "outbox": true,
	"effects": true, "idempotency": true, "live_events": true, "audit_entries": true, "audit_nodes": true, "audit_head": true,
	"audit_checkpoints": true, "audit_openings": true, "subject_keys": true,
}

const watcherKey = "migdalor:tx"

var writeStatement = regexp.MustCompile(`(?i)^\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)\s+"?([a-z_]+)`)

// watch makes the session tell tx which fact tables were written.
func watch(g *gorm.DB, tx *Tx) *gorm.DB {
	// A session can be used again and again; without it each query would add its
	// conditions to the last one's.
	return g.Set(watcherKey, tx).Session(&gorm.Session{})
}

// installGuard registers the callbacks that watch listens to.
func installGuard(g *gorm.DB) error {
	note := func(g *gorm.DB) {
		v, ok := g.Get(watcherKey)
		if !ok || g.Error != nil || g.RowsAffected == 0 {
			return
		}
		table := g.Statement.Table
		if m := writeStatement.FindStringSubmatch(g.Statement.SQL.String()); m != nil {
			table = m[1]
		}
		if table = strings.ToLower(table); !notFacts[table] {
			v.(*Tx).facts[table] = true
		}
	}
	cb := g.Callback()
	for _, err := range []error{
		cb.Create().After("gorm:create").Register("migdalor:guard_create", note),
		cb.Update().After("gorm:update").Register("migdalor:guard_update", note),
		cb.Delete().After("gorm:delete").Register("migdalor:guard_delete", note),
		cb.Raw().After("gorm:raw").Register("migdalor:guard_raw", func(g *gorm.DB) {
			if writeStatement.MatchString(g.Statement.SQL.String()) {
				note(g)
			}
		}),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}
