package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/approval"
)

// DraftFilter narrows a list of drafts; empty fields do not.
type DraftFilter struct {
	CrisisID, ClientID, State, Kind string
	Scope                           Scope
	Page                            Page
}

// Drafts lists drafts, latest change first.
func (d *DB) Drafts(ctx context.Context, f DraftFilter) ([]Draft, string, error) {
	c, on, err := f.Page.at()
	if err != nil {
		return nil, "", err
	}
	q := f.Scope.on(d.read.WithContext(ctx), "client_id")
	q = inCrisis(q, f.CrisisID)
	for column, want := range map[string]string{"client_id": f.ClientID, "state": f.State, "kind": f.Kind} {
		if want != "" {
			q = q.Where(column+" = ?", want)
		}
	}
	if on {
		q = q.Where("(updated_at, id) < (?, ?)", c.At, c.ID)
	}
	var out []Draft
	if err := q.Order("updated_at DESC, id DESC").Limit(f.Page.limit() + 1).Find(&out).Error; err != nil {
		return nil, "", translate(err)
	}
	out, next := cut(out, f.Page.limit(), func(d Draft) cursor { return cursor{d.UpdatedAt.Micros(), d.ID} })
	return out, next, nil
}

// inCrisis narrows a query to one crisis, by id or number; empty does not.
func inCrisis(q *gorm.DB, crisis string) *gorm.DB {
	if crisis == "" {
		return q
	}
	return q.Where("crisis_id IN (SELECT id FROM crises WHERE id = ? OR number = ?)", crisis, crisis)
}

// Draft reads one draft.
func (d *DB) Draft(ctx context.Context, id string) (Draft, error) {
	var dr Draft
	err := d.read.WithContext(ctx).Where("id = ?", id).Take(&dr).Error
	return dr, translate(missing(err, "draft"))
}

// DraftVersions lists a draft's versions, newest first.
func (d *DB) DraftVersions(ctx context.Context, draftID string) ([]DraftVersion, error) {
	var out []DraftVersion
	err := d.read.WithContext(ctx).Where("draft_id = ?", draftID).Order("version DESC").Find(&out).Error
	return out, translate(err)
}

// DraftContent reads the words of one version. Errors: content_altered.
func (d *DB) DraftContent(ctx context.Context, draftID string, version int64) (DraftVersion, approval.Content, error) {
	v, c, err := versionIn(d.read.WithContext(ctx), draftID, version)
	return v, c, translate(err)
}

func versionIn(g *gorm.DB, draftID string, version int64) (DraftVersion, approval.Content, error) {
	var v DraftVersion
	if err := g.Where("draft_id = ? AND version = ?", draftID, version).Take(&v).Error; err != nil {
		return v, approval.Content{}, missing(err, "version")
	}
	c, err := v.Parsed()
	return v, c, err
}

// ContentBefore reads what a reader of a version should compare it with: the
// last version before it that was approved, else the one just before; ok is
// false for a first version.
func (d *DB) ContentBefore(ctx context.Context, draftID string, version int64) (c approval.Content, ok bool, err error) {
	g := d.read.WithContext(ctx)
	before := version - 1
	var approved int64
	err = g.Raw("SELECT COALESCE(MAX(version), 0) FROM approvals WHERE draft_id = ? AND version < ? AND state = ?", draftID, version, approvalApproved).Scan(&approved).Error
	if err != nil || before < 1 {
		return c, false, translate(err)
	}
	if approved > 0 {
		before = approved
	}
	_, c, err = versionIn(g, draftID, before)
	return c, err == nil, translate(err)
}
