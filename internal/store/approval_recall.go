package store

import (
	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
)

// Why approvals of a whole crisis are recalled.
const (
	ReasonSeverityRaised = "severity_raised"
	ReasonCrisisClosed   = "crisis_closed"
)

// recallWeaker takes back what was asked or given under a lighter severity than
// the crisis has now: its rounds and its proof were weaker than the policy asks
// for. What is out stays out; what is going out this moment cannot be called
// back; everything else has to be sent for approval again.
func (tx *Tx) recallWeaker(c Crisis, to crisis.Severity) error {
	return tx.recall(c, ReasonSeverityRaised, "severity > ?", to)
}

// recallAll ends every request, link and plan of a crisis that closes.
func (tx *Tx) recallAll(c Crisis) error {
	return tx.recall(c, ReasonCrisisClosed, "severity > ?", 0)
}

func (tx *Tx) recall(c Crisis, reason, where string, args ...any) error {
	var ids []string
	err := tx.g.Table("approvals").Joins("JOIN drafts ON drafts.id = approvals.draft_id AND drafts.approval_id = approvals.id").
		Where("approvals.crisis_id = ? AND approvals.state IN ? AND drafts.state IN ? AND drafts.kind <> ?", c.ID,
			[]string{approvalOpen, approvalApproved}, []string{DraftInReview, DraftApproved}, string(approval.KindReport)).
		Where("approvals."+where, args...).Order("drafts.id").Pluck("drafts.id", &ids).Error
	if err != nil {
		return err
	}
	for _, id := range ids {
		dr, err := tx.draft(id)
		if err != nil {
			return err
		}
		if err := tx.endOpenApproval(dr, approvalSuperseded, reason); err != nil {
			return err
		}
		if err := tx.refuseWaiting(dr, reason); err != nil {
			return err
		}
		before := dr.State
		dr.State = DraftEditing
		if err := tx.saveDraft(&dr); err != nil {
			return err
		}
		e := tx.draftEvent(audit.DraftWithdrawn, dr, audit.Changed("state", before, dr.State), audit.Set("reason_code", reason))
		tx.Record(e)
		if err := tx.announce("draft", dr.ClientID, dr.CrisisID, dr.ID); err != nil {
			return err
		}
	}
	return nil
}

// refuseWaiting refuses the draft's publications that are not out and not going out this moment.
func (tx *Tx) refuseWaiting(dr Draft, reason string) error {
	var rows []Publication
	if err := tx.locked(tx.g.Where("draft_id = ? AND state IN ?", dr.ID, []string{PubPlanned, PubHeld, PubAwaitingHand})).Find(&rows).Error; err != nil {
		return err
	}
	for _, p := range rows {
		if err := tx.endOne(p, reason); err != nil {
			return err
		}
	}
	return nil
}
