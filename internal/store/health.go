package store

import (
	"context"
	"time"
)

// Figures are what operators watch.
type Figures struct {
	OutboxPending, OutboxDead, OpenCrises, OpenAlerts int64
	// LedgerLag is how long the oldest entry has waited for its place in the log.
	LedgerLag time.Duration
}

// Figures reads all of them.
func (d *DB) Figures(ctx context.Context) (Figures, error) {
	var f Figures
	var err error
	if f.OutboxPending, f.OutboxDead, err = d.OutboxCounts(ctx); err != nil {
		return f, err
	}
	if f.OpenCrises, err = d.OpenCrises(ctx, ScopeAll()); err != nil {
		return f, err
	}
	if f.OpenAlerts, err = d.OpenAlerts(ctx, ScopeAll()); err != nil {
		return f, err
	}
	f.LedgerLag, err = d.LedgerLag(ctx)
	return f, err
}

// LedgerLag is how long the oldest entry has waited for its place in the log; 0 when none waits.
func (d *DB) LedgerLag(ctx context.Context) (time.Duration, error) {
	lag, _, err := d.Unsequenced(ctx)
	return lag, err
}
