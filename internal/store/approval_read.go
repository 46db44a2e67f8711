package store

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/approval"
)

// ApprovalFilter narrows a list of requests; empty fields do not.
type ApprovalFilter struct {
	State, ClientID, CrisisID string
	// WaitingFor lists only the open requests whose current round asks this approver key.
	WaitingFor string
	Scope      Scope
	Page       Page
}

// ApprovalCase is a request with what a reader needs beside it.
type ApprovalCase struct {
	Approval
	Title, Kind              string // of the draft
	CrisisNumber, ClientName string
	Decisions                []Decision
	Links                    []Link
}

// Approvals lists requests, newest first.
func (d *DB) Approvals(ctx context.Context, f ApprovalFilter) ([]ApprovalCase, string, error) {
	c, on, err := f.Page.at()
	if err != nil {
		return nil, "", err
	}
	q := f.Scope.on(d.read.WithContext(ctx), "client_id")
	q = inCrisis(q, f.CrisisID)
	for column, want := range map[string]string{"state": f.State, "client_id": f.ClientID} {
		if want != "" {
			q = q.Where(column+" = ?", want)
		}
	}
	if f.WaitingFor != "" {
		q = waitingFor(q, f.WaitingFor)
	}
	if on {
		q = q.Where("(created_at, id) < (?, ?)", c.At, c.ID)
	}
	var rows []Approval
	if err := q.Order("created_at DESC, id DESC").Limit(f.Page.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	rows, next := cut(rows, f.Page.limit(), func(a Approval) cursor { return cursor{a.CreatedAt.Micros(), a.ID} })
	if f.WaitingFor != "" {
		// Those whose turn comes in a later round are not asked yet.
		rows = slices.DeleteFunc(rows, func(a Approval) bool {
			return !a.asks(f.WaitingFor)
		})
	}
	out, err := d.approvalCases(ctx, rows)
	return out, next, err
}

// waitingFor narrows a query to the open requests that name an approver who has
// not decided, in whichever round.
func waitingFor(q *gorm.DB, key string) *gorm.DB {
	// The key is an id of ours: no character of it means anything to LIKE or JSON.
	return q.Where("state = ? AND rounds LIKE ? AND NOT EXISTS (SELECT 1 FROM decisions x WHERE x.approval_id = approvals.id AND x.approver_key = ?)",
		approvalOpen, `%"`+key+`"%`, key)
}

// asks reports whether the current round asks this approver.
func (a Approval) asks(key string) bool {
	return slices.ContainsFunc(a.CurrentRound().Approvers, func(who approval.ApproverRef) bool { return who.ID == key })
}

// ApprovalCase reads one request.
func (d *DB) ApprovalCase(ctx context.Context, id string) (ApprovalCase, error) {
	var a Approval
	if err := d.read.WithContext(ctx).Where("id = ?", id).Take(&a).Error; err != nil {
		return ApprovalCase{}, translate(missing(err, "approval"))
	}
	out, err := d.approvalCases(ctx, []Approval{a})
	if err != nil {
		return ApprovalCase{}, err
	}
	return out[0], nil
}

func (d *DB) approvalCases(ctx context.Context, rows []Approval) ([]ApprovalCase, error) {
	g := d.read.WithContext(ctx)
	out := make([]ApprovalCase, len(rows))
	at := map[string]int{}
	ids := make([]string, len(rows))
	for i, a := range rows {
		out[i].Approval, ids[i] = a, a.ID
		at[a.ID] = i
	}
	var names []struct{ ID, Title, Kind, Number, Client string }
	err := g.Raw(`SELECT a.id AS id, d.title AS title, d.kind AS kind, c.number AS number, k.name AS client FROM approvals a
		JOIN drafts d ON d.id = a.draft_id JOIN crises c ON c.id = a.crisis_id JOIN clients k ON k.id = a.client_id WHERE a.id IN ?`, ids).Scan(&names).Error
	if err != nil {
		return nil, translate(err)
	}
	for _, n := range names {
		c := &out[at[n.ID]]
		c.Title, c.Kind, c.CrisisNumber, c.ClientName = n.Title, n.Kind, n.Number, n.Client
	}
	var decisions []Decision
	if err := g.Where("approval_id IN ?", ids).Order("decided_at, id").Find(&decisions).Error; err != nil {
		return nil, translate(err)
	}
	for _, made := range decisions {
		c := &out[at[made.ApprovalID]]
		c.Decisions = append(c.Decisions, made)
	}
	var links []Link
	if err := g.Where("approval_id IN ?", ids).Order("created_at, id").Find(&links).Error; err != nil {
		return nil, translate(err)
	}
	for _, l := range links {
		c := &out[at[l.ApprovalID]]
		c.Links = append(c.Links, l)
	}
	return out, nil
}
