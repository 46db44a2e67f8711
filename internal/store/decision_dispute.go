package store

import (
	"context"
	"strings"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// DisputeDecision records that a decision was not its approver's own. What it
// approved counts no longer: nothing of it goes out any more, and the draft has
// to be sent again. token is that of the receipt. Errors: link_invalid,
// typed_name_required, reason_required.
func (d *DB) DisputeDecision(ctx context.Context, keys approval.KeyRing, token, typedName, reason string) error {
	_, linkID, _, err := approval.Parse(token)
	if err != nil {
		return err
	}
	lc, err := d.LinkCase(ctx, linkID)
	if err != nil {
		return linkInvalid()
	}
	facts, err := lc.Facts()
	if err != nil {
		return linkInvalid()
	}
	if err := approval.CheckDispute(keys, token, facts); err != nil {
		return err
	}
	if strings.TrimSpace(typedName) == "" || strings.TrimSpace(reason) == "" {
		return reasonRequired()
	}
	by := audit.Actor{Type: audit.ActorApprover, ID: lc.Link.ApproverKey, Name: lc.Link.Name, Via: audit.ViaLink, Session: lc.Link.ID}
	return d.Change(ctx, by, func(tx *Tx) error {
		a, dr, err := tx.approval(lc.Approval.ID)
		if err != nil {
			return err
		}
		var made Decision
		if err := tx.g.Where("approval_id = ? AND link_id = ?", a.ID, linkID).Take(&made).Error; err != nil {
			return linkInvalid()
		}
		res := tx.g.Exec("UPDATE decisions SET disputed_at = ? WHERE id = ? AND disputed_at = 0", tx.now, made.ID)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error // a second dispute changes nothing
		}
		e := audit.Event{Stream: audit.CrisisStream(a.CrisisID), Action: audit.DecisionDisputed, ClientID: a.ClientID, Object: audit.Object{ID: made.ID}, Reason: strings.TrimSpace(reason),
			Changes: []audit.Change{audit.Set("approval", a.ID), audit.Private("typed_name", lc.Link.ApproverKey, nil, typedName)}}
		tx.Record(e)
		if err := tx.revokeApproval(a, dr); err != nil {
			return err
		}
		leads, err := tx.leads(a)
		if err != nil {
			return err
		}
		return tx.noticeOf(a, dr, "decision_disputed", "disputed:"+made.ID, leads)
	})
}

func linkInvalid() error { return fault.New(fault.NotFound, "link_invalid", "this link is not valid") }

// revokeApproval undoes a request after a dispute: open or approved, it is
// withdrawn, and what it let through is stopped while it can be.
func (tx *Tx) revokeApproval(a Approval, dr Draft) error {
	if a.State == approvalOpen && dr.ApprovalID == a.ID {
		if err := tx.endOpenApproval(dr, approvalWithdrawn, ReasonDisputed); err != nil {
			return err
		}
	} else if a.State == approvalApproved {
		if err := tx.g.Exec("UPDATE approvals SET state = ?, reason = ?, rev = rev + 1 WHERE id = ? AND state = ?", approvalWithdrawn, ReasonDisputed, a.ID, approvalApproved).Error; err != nil {
			return err
		}
		tx.Record(tx.approvalEvent(audit.ApprovalRevoked, a, audit.Changed("state", approvalApproved, approvalWithdrawn)))
	}
	if err := tx.stopPlanned(dr, a.VersionHash, ReasonDisputed); err != nil {
		return err
	}
	if dr.ApprovalID == a.ID && (dr.State == DraftInReview || dr.State == DraftApproved) {
		dr.State = DraftEditing
		if err := tx.saveDraft(&dr); err != nil {
			return err
		}
	}
	return tx.announce("approval", a.ClientID, a.CrisisID, a.ID)
}
