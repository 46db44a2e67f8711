package store

import (
	"slices"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// endOpenApproval ends the draft's open request, if there is one, and its links
// with it. The draft's row is locked already.
func (tx *Tx) endOpenApproval(dr Draft, state, reason string) error {
	var a Approval
	if err := tx.g.Where("draft_id = ? AND state = ?", dr.ID, approvalOpen).Limit(1).Find(&a).Error; err != nil || a.ID == "" {
		return err
	}
	if err := tx.closeApproval(&a, state, reason); err != nil {
		return err
	}
	action, link := audit.ApprovalRevoked, approval.LinkRevoked
	if state == approvalSuperseded {
		action, link = audit.ApprovalSuperseded, approval.LinkSuperseded
	}
	ended, err := tx.endLinks(a, link)
	if err != nil {
		return err
	}
	e := tx.approvalEvent(action, a, audit.Changed("state", approvalOpen, state), audit.Set("links_ended", ended))
	e.Reason = reason
	tx.Record(e)
	if err := tellWorkflow(tx, WorkflowApproval, a.ID, FactApprovalEnded, ""); err != nil {
		return err
	}
	return tx.waitingOver(a)
}

// closeApproval moves an open request to an end state. The state it leaves
// stands in the row that is updated, so of two ends only one happens.
func (tx *Tx) closeApproval(a *Approval, state, reason string) error {
	res := tx.g.Exec("UPDATE approvals SET state = ?, ended_at = ?, reason = ?, rev = rev + 1 WHERE id = ? AND state = ?", state, tx.now, reason, a.ID, approvalOpen)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return fault.New(fault.Conflict, "approval_ended", "This request has ended already.")
	}
	a.State, a.EndedAt, a.Reason = state, tx.now, reason
	return tx.announce("approval", a.ClientID, a.CrisisID, a.ID)
}

// waitingOver lets the crisis' clocks run again when the round that ended was
// with people outside the agency.
func (tx *Tx) waitingOver(a Approval) error {
	if a.RoundStartedAt.IsZero() || waitingFact(a.CurrentRound()) == "" {
		return nil
	}
	return tellWorkflow(tx, WorkflowCrisis, a.CrisisID, FactNoLongerWaiting, a.ID)
}

// waitingFact says for whom a started round makes the crisis wait; empty for the agency itself.
func waitingFact(r approval.Round) string {
	switch r.Party {
	case approval.PartyClient:
		return FactWaitingForClient
	case approval.PartyLegal:
		return FactWaitingForLegal
	}
	return ""
}

func (tx *Tx) approval(id string) (Approval, Draft, error) {
	var a Approval
	if err := tx.g.Where("id = ?", id).Take(&a).Error; err != nil {
		return a, Draft{}, missing(err, "approval")
	}
	dr, err := tx.draft(a.DraftID)
	if err != nil {
		return a, dr, err
	}
	// Read again: until the draft was locked, somebody else may have changed it.
	err = tx.g.Where("id = ?", id).Take(&a).Error
	return a, dr, err
}

// leads are those of the agency who are told how a request goes: the crisis'
// lead and whoever sent it.
func (tx *Tx) leads(a Approval) ([]string, error) {
	c, err := tx.caseOf(a.CrisisID)
	if err != nil {
		return nil, err
	}
	out := []string{a.CreatedBy, c.LeadID}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(id string) bool { return id == "" }), nil
}
