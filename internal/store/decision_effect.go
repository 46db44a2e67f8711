package store

import (
	"fmt"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
)

// Kinds of playbook task that decisions and publications finish by themselves.
const (
	taskKindDraft       = "draft"
	taskKindApproval    = "approval"
	taskKindPublication = "publication"
	taskKindAcknowledge = "acknowledge"
	taskKindReport      = "report"
)

// moveOn carries the answers' outcome into the request, its links and its draft.
func (tx *Tx) moveOn(a *Approval, dr *Draft, out approval.Outcome) error {
	if out.State == approval.StateOpen {
		if int64(out.CurrentRound) == a.Round {
			return nil
		}
		return tx.nextRound(a, int64(out.CurrentRound))
	}
	asked := *a
	if err := tx.closeApproval(a, string(out.State), ""); err != nil {
		return err
	}
	if _, err := tx.endLinks(*a, approval.LinkRevoked); err != nil {
		return err
	}
	action, before := audit.ApprovalDecided, dr.State
	switch out.State {
	case approval.StateApproved:
		action, dr.State = audit.ApprovalCompleted, DraftApproved
	case approval.StateChangesRequested:
		dr.State = DraftChangesRequested
	case approval.StateDeclined:
		dr.State = DraftDeclined
	}
	if err := tx.saveDraft(dr); err != nil {
		return err
	}
	tx.Record(tx.approvalEvent(action, *a, audit.Changed("state", approvalOpen, a.State),
		audit.Changed("draft_state", before, dr.State), audit.Set("content_hash", a.VersionHash)))
	if err := tx.announce("draft", a.ClientID, a.CrisisID, a.DraftID); err != nil {
		return err
	}
	if err := tx.waitingOver(asked); err != nil {
		return err
	}
	if out.State != approval.StateApproved {
		return nil
	}
	return tx.approved(*a, *dr)
}

// nextRound makes the next round due; the approval's workflow tells its people.
// Links of the round that passed are needed no more.
func (tx *Tx) nextRound(a *Approval, round int64) error {
	if _, err := tx.endLinks(*a, approval.LinkRevoked); err != nil {
		return err
	}
	if err := tx.waitingOver(*a); err != nil {
		return err
	}
	res := tx.g.Exec("UPDATE approvals SET round = ?, round_started_at = 0, rev = rev + 1 WHERE id = ? AND round = ? AND state = ?", round, a.ID, a.Round, approvalOpen)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return fmt.Errorf("store: the request %s moved under the transaction", a.ID)
	}
	a.Round, a.RoundStartedAt = round, At{}
	return tx.announce("approval", a.ClientID, a.CrisisID, a.ID)
}

// approved does what the completed approval brings about.
func (tx *Tx) approved(a Approval, dr Draft) error {
	c, err := tx.crisis(a.CrisisID)
	if err != nil {
		return err
	}
	switch approval.ContentKind(dr.Kind) {
	case approval.KindReport:
		tx.Record(audit.Event{Stream: audit.CrisisStream(a.CrisisID), Action: audit.ReportApproved, ClientID: a.ClientID, Object: audit.Object{ID: dr.ID, Version: a.Version}})
		return tx.finishKind(c, taskKindReport)
	case approval.KindResponse:
		if err := tx.finishKind(c, taskKindDraft); err != nil {
			return err
		}
		if err := tx.finishKind(c, taskKindApproval); err != nil {
			return err
		}
	}
	if !a.PublishOnApproval {
		return nil
	}
	return tx.plan(dr, a)
}

// afterDecision tells everybody concerned: the approval's workflow, the approver
// by a receipt, and those of the agency who wait for it.
func (tx *Tx) afterDecision(a Approval, dr Draft, made Decision) error {
	if err := tellWorkflow(tx, WorkflowApproval, a.ID, FactDecisionMade, made.ID); err != nil {
		return err
	}
	if made.LinkID != "" {
		if err := tx.mail("receipt:"+made.ID, MailEvent{Kind: mailReceipt, LinkID: made.LinkID, ClientID: a.ClientID, CrisisID: a.CrisisID}); err != nil {
			return err
		}
	}
	leads, err := tx.leads(a)
	if err != nil {
		return err
	}
	kind := map[approval.DecisionKind]string{approval.Approved: "approval_decided", approval.ChangesRequested: "approval_changes_requested",
		approval.Declined: "approval_declined"}[approval.DecisionKind(made.Decision)]
	if a.State == approvalApproved {
		kind = "approval_approved"
	}
	more := map[string]string{"decision": made.Decision, "comment": made.Comment, "hash": made.VersionHash, "by": made.ApproverName, "decided_at": made.DecidedAt.Format(time.RFC3339)}
	if err := tx.noticeWith(a, dr, kind, "decision:"+made.ID, leads, more); err != nil {
		return err
	}
	return tx.announce("approval", a.ClientID, a.CrisisID, a.ID)
}
