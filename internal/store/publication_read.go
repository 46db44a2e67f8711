package store

import (
	"context"

	"github.com/migdalor/migdalor/internal/approval"
)

// PublicationFilter narrows a list of publications; empty fields do not.
type PublicationFilter struct {
	CrisisID, ClientID, DraftID, State string
	Scope                              Scope
	Page                               Page
}

// PublicationCase is a publication with what a reader needs beside it.
type PublicationCase struct {
	Publication
	Title   string // of the draft
	Target  Target
	Content approval.Content
}

// Ref is the target as it was approved.
func (p PublicationCase) Ref() approval.TargetRef {
	for _, ref := range p.Content.Targets {
		if ref.ID == p.TargetID {
			return ref
		}
	}
	return approval.TargetRef{ID: p.TargetID, Platform: p.Target.Platform, Account: p.Target.Account}
}

// Publications lists publications, newest intent first.
func (d *DB) Publications(ctx context.Context, f PublicationFilter) ([]PublicationCase, string, error) {
	c, on, err := f.Page.at()
	if err != nil {
		return nil, "", err
	}
	q := f.Scope.on(d.read.WithContext(ctx), "client_id")
	q = inCrisis(q, f.CrisisID)
	for column, want := range map[string]string{"client_id": f.ClientID, "draft_id": f.DraftID, "state": f.State} {
		if want != "" {
			q = q.Where(column+" = ?", want)
		}
	}
	if on {
		q = q.Where("(intent_at, id) < (?, ?)", c.At, c.ID)
	}
	var rows []Publication
	if err := q.Order("intent_at DESC, id DESC").Limit(f.Page.limit() + 1).Find(&rows).Error; err != nil {
		return nil, "", translate(err)
	}
	rows, next := cut(rows, f.Page.limit(), func(p Publication) cursor { return cursor{p.IntentAt.Micros(), p.ID} })
	out, err := d.publicationCases(ctx, rows)
	return out, next, err
}

// PublicationCase reads one publication.
func (d *DB) PublicationCase(ctx context.Context, id string) (PublicationCase, error) {
	var p Publication
	if err := d.read.WithContext(ctx).Where("id = ?", id).Take(&p).Error; err != nil {
		return PublicationCase{}, translate(missing(err, "publication"))
	}
	out, err := d.publicationCases(ctx, []Publication{p})
	if err != nil {
		return PublicationCase{}, err
	}
	return out[0], nil
}

func (d *DB) publicationCases(ctx context.Context, rows []Publication) ([]PublicationCase, error) {
	g := d.read.WithContext(ctx)
	out := make([]PublicationCase, len(rows))
	targets, contents := map[string]Target{}, map[string]approval.Content{}
	for i, p := range rows {
		out[i].Publication = p
		t, known := targets[p.TargetID]
		if !known {
			if err := g.Where("id = ?", p.TargetID).Take(&t).Error; err != nil {
				return nil, translate(missing(err, "target"))
			}
			t.Secret = nil
			targets[p.TargetID] = t
		}
		content, known := contents[p.DraftID+p.VersionHash]
		if !known {
			var err error
			if _, content, err = versionIn(g, p.DraftID, p.Version); err != nil {
				return nil, translate(err)
			}
			contents[p.DraftID+p.VersionHash] = content
		}
		out[i].Target, out[i].Content, out[i].Title = t, content, content.Title
	}
	return out, nil
}

// UnfinishedApprovals lists open requests, for the reconciler.
func (d *DB) UnfinishedApprovals(ctx context.Context) ([]string, error) {
	var out []string
	err := d.read.WithContext(ctx).Raw("SELECT id FROM approvals WHERE state = ? ORDER BY id", approvalOpen).Scan(&out).Error
	return out, translate(err)
}

// UnfinishedPublications lists publications that something must still happen to.
func (d *DB) UnfinishedPublications(ctx context.Context) ([]string, error) {
	var out []string
	err := d.read.WithContext(ctx).Raw("SELECT id FROM publications WHERE state NOT IN ? ORDER BY id", []string{PubPublished, PubFailed, PubRefused}).Scan(&out).Error
	return out, translate(err)
}

// UnfinishedCrises lists open crises, for the reconciler.
func (d *DB) UnfinishedCrises(ctx context.Context) ([]string, error) {
	var out []string
	err := d.read.WithContext(ctx).Raw("SELECT id FROM crises WHERE status = 'open' ORDER BY id").Scan(&out).Error
	return out, translate(err)
}
