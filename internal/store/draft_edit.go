package store

import (
	"context"
	"strings"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// AddDraftVersion writes the next version on top of base, the version that the
// writer saw. A request for approval that is open ends as superseded with its
// links, and publications of the older wording that are not out yet end, all in
// this one change. The same words again change nothing. Errors: stale,
// draft_withdrawn, draft_published, publication_under_way, content_invalid.
func (d *DB) AddDraftVersion(ctx context.Context, by audit.Actor, draftID string, base int64, w Wording) (Draft, error) {
	var dr Draft
	err := d.Change(ctx, by, func(tx *Tx) (err error) {
		if dr, err = tx.draft(draftID); err != nil {
			return err
		}
		if err := tx.editable(dr, base); err != nil {
			return err
		}
		content, err := tx.content(dr.ClientID, approval.ContentKind(dr.Kind), w)
		if err != nil {
			return err
		}
		hash := approval.ContentHash(content).String()
		if hash == dr.VersionHash {
			return nil
		}
		if err := tx.endOpenApproval(dr, approvalSuperseded, ""); err != nil {
			return err
		}
		if err := tx.endPlanned(dr, ReasonSuperseded); err != nil {
			return err
		}
		before := dr
		dr.Version, dr.VersionHash, dr.Title, dr.State = dr.Version+1, hash, content.Title, DraftEditing
		if err := tx.saveDraft(&dr); err != nil {
			return err
		}
		if err := tx.addVersion(dr, content); err != nil {
			return err
		}
		tx.Record(tx.draftEvent(audit.DraftVersionAdded, dr, audit.Changed("content_hash", before.VersionHash, hash),
			audit.Changed("state", before.State, dr.State), audit.Private("title", "", before.Title, dr.Title)))
		return tx.announce("draft", dr.ClientID, dr.CrisisID, dr.ID)
	})
	return dr, err
}

func (tx *Tx) editable(dr Draft, base int64) error {
	if base != dr.Version {
		name, err := tx.nameOf(dr.UpdatedBy)
		if err != nil {
			return err
		}
		return fault.New(fault.Stale, "stale", "Somebody wrote another version in the meantime.").With("changed_by", name).
			With("changed_at", dr.UpdatedAt.Format(time.RFC3339Nano)).
			With("current", map[string]any{"version": dr.Version, "version_hash": dr.VersionHash, "title": dr.Title})
	}
	switch dr.State {
	case DraftWithdrawn:
		return fault.New(fault.Conflict, "draft_withdrawn", "The draft was withdrawn: begin another.")
	case DraftPublished:
		return fault.New(fault.Conflict, "draft_published", "The draft is published: begin another for what you want to add.")
	}
	return nil
}

// WithdrawDraft takes a draft back for good: its request ends, its links die,
// and what is not out yet never goes out. Errors: draft_withdrawn,
// draft_published, publication_under_way, reason_required.
func (d *DB) WithdrawDraft(ctx context.Context, by audit.Actor, draftID, reason string) (Draft, error) {
	var dr Draft
	err := d.Change(ctx, by, func(tx *Tx) (err error) {
		if strings.TrimSpace(reason) == "" {
			return reasonRequired()
		}
		if dr, err = tx.draft(draftID); err != nil {
			return err
		}
		if err := tx.editable(dr, dr.Version); err != nil {
			return err
		}
		if err := tx.endOpenApproval(dr, approvalWithdrawn, reason); err != nil {
			return err
		}
		if err := tx.endPlanned(dr, ReasonWithdrawn); err != nil {
			return err
		}
		before := dr.State
		dr.State = DraftWithdrawn
		if err := tx.saveDraft(&dr); err != nil {
			return err
		}
		e := tx.draftEvent(audit.DraftWithdrawn, dr, audit.Changed("state", before, dr.State))
		e.Reason = reason
		tx.Record(e)
		return tx.announce("draft", dr.ClientID, dr.CrisisID, dr.ID)
	})
	return dr, err
}

// draft reads and locks a draft. Every command on a draft, its approvals, links
// and publications takes this lock first, so they never wait in a circle.
func (tx *Tx) draft(id string) (Draft, error) {
	var dr Draft
	err := tx.locked(tx.g.Where("id = ?", id)).Take(&dr).Error
	return dr, missing(err, "draft")
}

// saveDraft stores the changed fields under the revision that was read.
func (tx *Tx) saveDraft(dr *Draft) error {
	res := tx.g.Exec("UPDATE drafts SET version = ?, version_hash = ?, title = ?, state = ?, approval_id = ?, updated_by = ?, updated_at = ?, rev = rev + 1 WHERE id = ? AND rev = ?",
		dr.Version, dr.VersionHash, dr.Title, dr.State, dr.ApprovalID, tx.by.ID, tx.now, dr.ID, dr.Rev)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return fault.New(fault.Stale, "stale", "Somebody changed this draft in the meantime.")
	}
	dr.Rev, dr.UpdatedBy, dr.UpdatedAt = dr.Rev+1, tx.by.ID, tx.now
	return nil
}

func (tx *Tx) nameOf(userID string) (string, error) {
	var name string
	err := tx.g.Raw("SELECT name FROM users WHERE id = ?", userID).Scan(&name).Error
	return name, err
}

func reasonRequired() error {
	return fault.New(fault.Invalid, "reason_required", "Write down the reason.").
		WithFields(fault.Field{Location: "body.reason", Message: "is empty"})
}
