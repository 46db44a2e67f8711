package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/crisis"
)

// positiveLock tells whether positive content of a crisis is locked now, and
// why: the response is not out on every affected platform, or the negative
// share has climbed. It must be asked again just before each item goes out.
func positiveLock(g *gorm.DB, c Crisis, now At) (locked bool, code string, err error) {
	start, err := waveStartOf(g, c)
	if err != nil {
		return true, "", err
	}
	q := gateQuery{g: g, c: c, start: start, now: now}
	f := crisis.LockFacts{ResponseOut: q.responseOut(), NegativeShare: q.shareNow(), BaselineShare: c.Baseline.V.NegativeShare}
	if q.err != nil {
		return true, "", q.err
	}
	allowed, code := crisis.PositiveContentAllowed(f)
	return !allowed, code, nil
}

// responseOut reports whether this wave's response stands on every affected platform.
func (q *gateQuery) responseOut() bool {
	out := q.published("response")
	if len(out) == 0 {
		return false
	}
	return !slices.ContainsFunc(q.affected(), func(p string) bool { return !slices.Contains(out, p) })
}

// positiveLocked is positiveLock inside a change, by the crisis' id.
func (tx *Tx) positiveLocked(crisisID string) (locked bool, code string, err error) {
	c, err := caseIn(tx.g, crisisID)
	if err != nil {
		return true, "", err
	}
	return positiveLock(tx.g, c, tx.now)
}

// PositiveLock tells whether positive content of a crisis is locked now, and why.
func (d *DB) PositiveLock(ctx context.Context, crisisID string) (locked bool, code string, err error) {
	c, err := caseIn(d.read.WithContext(ctx), crisisID)
	if err != nil {
		return true, "", translate(err)
	}
	locked, code, err = positiveLock(d.read.WithContext(ctx), c, d.Now())
	return locked, code, translate(err)
}

// responded tells the workflow when the response stands on every affected
// platform; to be called by the change that records a publication.
func (tx *Tx) responded(c Crisis) error {
	start, err := tx.waveStart(c)
	if err != nil {
		return err
	}
	q := gateQuery{g: tx.g, c: c, start: start, now: tx.now}
	if out := q.responseOut(); q.err != nil || !out {
		return q.err
	}
	return tellWorkflow(tx, WorkflowCrisis, c.ID, FactResponded, "")
}
