package store

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// The mails to people without an account; templates of package notify.
const (
	mailApprovalRequest  = "approval_request"
	mailApprovalReminder = "approval_reminder"
	mailApprovalCode     = "approval_code"
	mailReceipt          = "approval_receipt"
)

// ApprovalProgress is what the approval's workflow steers by.
type ApprovalProgress struct {
	Open  bool `json:"open"`
	Round int  `json:"round"`
	// Started is when the round's people were told; zero when they were not yet.
	Started  time.Time `json:"started"`
	Deadline time.Time `json:"deadline"`
}

func progressOf(a Approval) ApprovalProgress {
	return ApprovalProgress{Open: a.State == approvalOpen, Round: int(a.Round), Started: a.RoundStartedAt.Time, Deadline: a.Deadline.Time}
}

// StartRound tells the people of the round that is due: a signed link by mail to
// those without an account, a notice to those with one. A round that has been
// started is left alone. kid is the key that signs the links.
func (d *DB) StartRound(ctx context.Context, by audit.Actor, approvalID, kid string) (ApprovalProgress, error) {
	var p ApprovalProgress
	err := d.Change(ctx, by, func(tx *Tx) error {
		a, dr, err := tx.approval(approvalID)
		if err != nil {
			return err
		}
		if p = progressOf(a); !p.Open || !p.Started.IsZero() {
			return nil
		}
		res := tx.g.Exec("UPDATE approvals SET round_started_at = ?, rev = rev + 1 WHERE id = ? AND state = ? AND round = ? AND round_started_at = 0",
			tx.now, a.ID, approvalOpen, a.Round)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		a.RoundStartedAt = tx.now
		p = progressOf(a)
		tx.Record(tx.approvalEvent(audit.ApprovalRoundStarted, a, audit.Set("round", a.Round+1), audit.Set("party", a.CurrentRound().Party)))
		if err := tx.askRound(a, dr, kid); err != nil {
			return err
		}
		if fact := waitingFact(a.CurrentRound()); fact != "" {
			if err := tellWorkflow(tx, WorkflowCrisis, a.CrisisID, fact, a.ID); err != nil {
				return err
			}
		}
		return tx.announce("approval", a.ClientID, a.CrisisID, a.ID)
	})
	return p, err
}

func (tx *Tx) askRound(a Approval, dr Draft, kid string) error {
	var users []string
	for _, who := range a.CurrentRound().Approvers {
		if !who.External {
			users = append(users, approverID(who.ID).UserID)
			continue
		}
		l, err := tx.issueLink(a, who, kid)
		if fault.KindOf(err) == fault.NotFound {
			continue // removed since the request was sent; the others are still asked
		}
		if err != nil {
			return err
		}
		if err := tx.mail("link:"+l.ID, MailEvent{Kind: mailApprovalRequest, LinkID: l.ID, ClientID: a.ClientID, CrisisID: a.CrisisID}); err != nil {
			return err
		}
	}
	return tx.noticeOf(a, dr, "approval_requested", fmt.Sprintf("approval:%s:round:%d", a.ID, a.Round), users)
}

// noticeOf tells people of the agency something about a request.
func (tx *Tx) noticeOf(a Approval, dr Draft, kind, dedupe string, users []string) error {
	return tx.noticeWith(a, dr, kind, dedupe, users, nil)
}

func (tx *Tx) noticeWith(a Approval, dr Draft, kind, dedupe string, users []string, more map[string]string) error {
	c, err := tx.caseOf(a.CrisisID)
	if err != nil {
		return err
	}
	client, err := tx.clientName(a.ClientID)
	if err != nil {
		return err
	}
	params := map[string]string{"approval_id": a.ID, "draft_id": dr.ID, "title": dr.Title, "crisis": c.Number, "number": c.Number, "client": client,
		"deadline": a.Deadline.Format(time.RFC3339), "version": fmt.Sprint(a.Version)}
	maps.Copy(params, more)
	return tx.notify(Notice{Kind: kind, ClientID: a.ClientID, CrisisID: a.CrisisID, DedupeKey: dedupe, Users: users, Params: params})
}

func (tx *Tx) clientName(id string) (string, error) {
	var name string
	err := tx.g.Raw("SELECT name FROM clients WHERE id = ?", id).Scan(&name).Error
	return name, err
}

// RemindApprovers asks those who have not decided once more, with the same
// links. step names the reminder ("half", "late"), so that it is sent once a
// round; a person's reminder has no step and is sent at most every ten minutes.
// Errors: approval_ended, not_started, reminded_recently.
func (d *DB) RemindApprovers(ctx context.Context, by audit.Actor, approvalID, step string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		a, dr, err := tx.approval(approvalID)
		if err != nil {
			return err
		}
		switch {
		case a.State != approvalOpen && step != "":
			return nil
		case a.State != approvalOpen:
			return fault.New(fault.Conflict, "approval_ended", "This request has ended: nobody is waited for.")
		case a.RoundStartedAt.IsZero() && step != "":
			return nil // the round moved on while the reminder was on its way
		case a.RoundStartedAt.IsZero():
			return fault.New(fault.Conflict, "not_started", "The round's people are being told just now.")
		}
		key := fmt.Sprintf("remind:%s:%d:%s", a.ID, a.Round, step)
		if step == "" {
			key += tx.now.Truncate(10 * time.Minute).Format(time.RFC3339)
		}
		fresh := false
		if _, err := once(tx, key, func() (bool, error) { fresh = true; return true, nil }); err != nil {
			return err
		}
		if !fresh && step == "" {
			return fault.New(fault.RateLimited, "reminded_recently", "They were reminded a moment ago: wait ten minutes.")
		}
		if !fresh {
			return nil
		}
		return tx.remind(a, dr, key)
	})
}

func (tx *Tx) remind(a Approval, dr Draft, key string) error {
	decisions, err := tx.decisions(a)
	if err != nil {
		return err
	}
	var users []string
	v, _, err := versionIn(tx.g, a.DraftID, a.Version)
	if err != nil {
		return err
	}
	waiting := evaluate(a, v.AuthorID, decisions).Waiting
	for _, who := range waiting {
		if !who.External {
			users = append(users, approverID(who.ID).UserID)
		}
	}
	var links []Link
	if err := tx.g.Where("approval_id = ? AND state = ?", a.ID, approval.LinkOpen).Find(&links).Error; err != nil {
		return err
	}
	links = slices.DeleteFunc(links, func(l Link) bool {
		return !slices.ContainsFunc(waiting, func(w approval.ApproverRef) bool { return w.ID == l.ApproverKey })
	})
	for _, l := range links {
		if err := tx.mail(key+":"+l.ID, MailEvent{Kind: mailApprovalReminder, LinkID: l.ID, ClientID: a.ClientID, CrisisID: a.CrisisID}); err != nil {
			return err
		}
	}
	tx.Record(tx.approvalEvent(audit.ApprovalReminded, a, audit.Set("round", a.Round+1), audit.Set("reminded", len(links)+len(users))))
	return tx.noticeOf(a, dr, "approval_reminder", key, users)
}

// EscalateApproval tells the crisis' lead that most of the time is gone, once a round.
func (d *DB) EscalateApproval(ctx context.Context, by audit.Actor, approvalID string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		a, dr, err := tx.approval(approvalID)
		if err != nil || a.State != approvalOpen {
			return err
		}
		leads, err := tx.leads(a)
		if err != nil {
			return err
		}
		_, err = once(tx, fmt.Sprintf("escalate:%s:%d", a.ID, a.Round), func() (bool, error) {
			tx.Record(tx.approvalEvent(audit.ApprovalEscalated, a, audit.Set("round", a.Round+1), audit.Set("told", leads)))
			return true, tx.noticeOf(a, dr, "approval_escalated", fmt.Sprintf("escalate:%s:%d", a.ID, a.Round), leads)
		})
		return err
	})
}

// ExpireApproval ends a request whose deadline has passed. The deadline stands
// in the row that is updated: a decision in the same instant either came first
// or is refused. Silence approves nothing: the draft goes back to its writers.
func (d *DB) ExpireApproval(ctx context.Context, by audit.Actor, approvalID string) (ApprovalProgress, error) {
	var p ApprovalProgress
	err := d.Change(ctx, by, func(tx *Tx) error {
		a, dr, err := tx.approval(approvalID)
		if err != nil {
			return err
		}
		p = progressOf(a)
		res := tx.g.Exec("UPDATE approvals SET state = ?, ended_at = ?, rev = rev + 1 WHERE id = ? AND state = ? AND deadline <= ?",
			approvalExpired, tx.now, a.ID, approvalOpen, tx.now)
		if res.Error != nil || res.RowsAffected == 0 {
			return res.Error
		}
		p.Open = false
		if _, err := tx.endLinks(a, approval.LinkExpired); err != nil {
			return err
		}
		dr.State = DraftEditing
		if err := tx.saveDraft(&dr); err != nil {
			return err
		}
		tx.Record(tx.approvalEvent(audit.ApprovalExpired, a, audit.Changed("state", approvalOpen, approvalExpired), audit.Set("deadline", a.Deadline.Time)))
		leads, err := tx.leads(a)
		if err != nil {
			return err
		}
		if err := tx.noticeOf(a, dr, "approval_expired", "expired:"+a.ID, leads); err != nil {
			return err
		}
		if err := tx.announce("approval", a.ClientID, a.CrisisID, a.ID); err != nil {
			return err
		}
		return tx.waitingOver(a)
	})
	return p, err
}
