package store

import (
	"context"
	"time"
)

// ClientFigures are what lists of clients show beside the client.
type ClientFigures struct {
	OpenCrises, OpenAlerts int64
	// FirstMention is the start of the oldest count; zero when there is none.
	FirstMention At
}

// ClientFigures counts for every client in the scope.
func (d *DB) ClientFigures(ctx context.Context, scope Scope) (map[string]ClientFigures, error) {
	var rows []struct {
		ID string
		ClientFigures
	}
	err := scope.on(d.read.WithContext(ctx).Table("clients AS c"), "c.id").Select(`c.id,
		(SELECT COUNT(*) FROM crises k WHERE k.client_id = c.id AND k.status = 'open') AS open_crises,
		(SELECT COUNT(*) FROM alerts a WHERE a.client_id = c.id AND a.state = 'open') AS open_alerts,
		(SELECT COALESCE(MIN(b.bucket_at), 0) FROM buckets b WHERE b.client_id = c.id) AS first_mention`).Scan(&rows).Error
	out := make(map[string]ClientFigures, len(rows))
	for _, r := range rows {
		out[r.ID] = r.ClientFigures
	}
	return out, translate(err)
}

// ClientNames maps the visible clients' ids to their names.
func (d *DB) ClientNames(ctx context.Context, scope Scope) (map[string]string, error) {
	clients, err := d.Clients(ctx, scope)
	out := make(map[string]string, len(clients))
	for _, c := range clients {
		out[c.ID] = c.Name
	}
	return out, err
}

// CrisisNumbers maps crises' ids to their numbers, of those in the scope.
func (d *DB) CrisisNumbers(ctx context.Context, scope Scope, ids []string) (map[string]string, error) {
	out := make(map[string]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct{ ID, Number string }
	err := scope.on(d.read.WithContext(ctx).Table("crises"), "client_id").Select("id", "number").Where("id IN ?", ids).Scan(&rows).Error
	for _, r := range rows {
		out[r.ID] = r.Number
	}
	return out, translate(err)
}

// countOf counts the rows of one table in the scope for which where holds.
func (d *DB) countOf(ctx context.Context, scope Scope, table, where string, args ...any) (int64, error) {
	var n int64
	err := scope.on(d.read.WithContext(ctx).Table(table), "client_id").Where(where, args...).Count(&n).Error
	return n, translate(err)
}

// OpenAlerts counts the alerts that wait for a decision.
func (d *DB) OpenAlerts(ctx context.Context, scope Scope) (int64, error) {
	return d.countOf(ctx, scope, "alerts", "state = ?", AlertOpen)
}

// OpenCrises counts the crises that are open.
func (d *DB) OpenCrises(ctx context.Context, scope Scope) (int64, error) {
	return d.countOf(ctx, scope, "crises", "status = 'open'")
}

// MentionsSince counts the mentions published since an instant.
func (d *DB) MentionsSince(ctx context.Context, scope Scope, since At) (int64, error) {
	var n int64
	err := scope.on(d.read.WithContext(ctx).Table("buckets"), "client_id").Where("bucket_at >= ?", since).Select("COALESCE(SUM(mentions), 0)").Scan(&n).Error
	return n, translate(err)
}

// OpenDrafts counts the drafts that are not finished.
func (d *DB) OpenDrafts(ctx context.Context, scope Scope) (int64, error) {
	return d.countOf(ctx, scope, "drafts", "state IN ?", []string{DraftEditing, DraftInReview, DraftChangesRequested})
}

// WaitingApprovals counts the requests for approval that are open.
func (d *DB) WaitingApprovals(ctx context.Context, scope Scope) (int64, error) {
	return d.countOf(ctx, scope, "approvals", "state = 'open'")
}

// CrisisSpan is the time that a crisis' mentions are from; to is zero while it is open.
func (d *DB) CrisisSpan(ctx context.Context, id string) (from, to time.Time, err error) {
	var c Crisis
	if err := whereCrisis(d.read.WithContext(ctx), id).Take(&c).Error; err != nil {
		return from, to, translate(missing(err, "crisis"))
	}
	return c.FirstMentionAt.Time, c.ClosedAt.Time, nil
}

// ApprovalsWaitingFor counts the open requests whose current round asks this person, who has not decided yet.
func (d *DB) ApprovalsWaitingFor(ctx context.Context, scope Scope, userID string) (int64, error) {
	key := ApproverID{UserID: userID}.Key()
	var rows []Approval
	err := waitingFor(scope.on(d.read.WithContext(ctx), "client_id"), key).Select("id", "round", "rounds").Find(&rows).Error
	n := int64(0)
	for _, a := range rows {
		if a.asks(key) {
			n++
		}
	}
	return n, translate(err)
}
