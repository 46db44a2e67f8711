package store

import (
	"context"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// codePause is how long a code that was just sent stands before another is sent:
// a scanner that presses the button again and again uses nothing up.
const codePause = time.Minute

// SendCode mails a one-time code to the link's bound address and to no other.
// Asked again within a minute, it sends nothing new. Errors: review_over,
// link_*, code_sends.
func (d *DB) SendCode(ctx context.Context, keys approval.KeyRing, secret string) error {
	return d.onReview(ctx, secret, func(tx *Tx, s ReviewSession, lc LinkCase) error {
		if err := lc.Link.usable(tx.now); err != nil {
			return err
		}
		state := lc.Link.Code.V
		if sent := state.ExpiresAt.Add(-approval.CodeLife); len(state.Hash) > 0 && tx.now.Sub(sent) < codePause {
			return nil
		}
		next, code, err := approval.IssueCode(keys, lc.Link.ID, state, tx.now.Time, tx.db.rand)
		if err != nil {
			return err
		}
		if err := tx.saveCode(lc.Link, next, 1); err != nil {
			return err
		}
		sealed, err := tx.db.keys.Seal(tx.db.rand, mailPlace(lc.Link.ID), []byte(code))
		if err != nil {
			return err
		}
		tx.Record(tx.linkEvent(audit.LinkCodeSent, lc.Approval, lc.Link, audit.Set("sends_today", next.Sends)))
		return tx.mail("code:"+lc.Link.ID+":"+fmtInt(lc.Link.Sends+1), MailEvent{Kind: mailApprovalCode, LinkID: lc.Link.ID, ClientID: lc.Link.ClientID,
			CrisisID: lc.Approval.CrisisID, Sealed: sealed, Params: map[string]string{"expires_at": next.ExpiresAt.Format(time.RFC3339)}})
	})
}

func mailPlace(linkID string) string { return "mail|" + linkID }

// OpenSealed reads the secret of a mail to a link's address.
func (d *DB) OpenSealed(linkID string, sealed []byte) (string, error) {
	plain, err := d.keys.Open(mailPlace(linkID), sealed)
	return string(plain), err
}

// VerifyCode tries a typed code and, when it is right, gives the secret of a new
// visit that may decide; the old one ends. Each wrong try is counted in the
// row, also when several come at once. Errors: review_over, link_*, code_*.
func (d *DB) VerifyCode(ctx context.Context, keys approval.KeyRing, secret, typed string) (string, error) {
	var verified string
	var refusal error
	err := d.onReview(ctx, secret, func(tx *Tx, s ReviewSession, lc LinkCase) error {
		verified, refusal = "", nil
		if err := lc.Link.usable(tx.now); err != nil {
			return err
		}
		before := lc.Link.Code.V
		next, err := approval.CheckCode(keys, lc.Link.ID, before, typed, tx.now.Time)
		if err != nil && next.Wrong == before.Wrong {
			return err // nothing was tried
		}
		if err := tx.saveCode(lc.Link, next, 0); err != nil {
			return err
		}
		if err != nil {
			refusal = err // the try is kept: the change commits beside the refusal
			return tx.codeFailed(lc, next)
		}
		tx.Record(tx.linkEvent(audit.LinkVerified, lc.Approval, lc.Link))
		if err := tx.g.Exec("DELETE FROM review_sessions WHERE token_hash = ?", s.TokenHash).Error; err != nil {
			return err
		}
		verified, err = tx.newReview(lc.Link.ID, true)
		return err
	})
	if err == nil {
		err = refusal
	}
	return verified, err
}

func (tx *Tx) codeFailed(lc LinkCase, next approval.CodeState) error {
	tx.Record(tx.linkEvent(audit.LinkCodeFailed, lc.Approval, lc.Link, audit.Set("wrong_in_all", next.Wrong)))
	if !next.Locked {
		return nil
	}
	if err := tx.g.Exec("UPDATE approval_links SET state = ?, rev = rev + 1 WHERE id = ? AND state = ?", approval.LinkLocked, lc.Link.ID, approval.LinkOpen).Error; err != nil {
		return err
	}
	tx.Record(tx.linkEvent(audit.LinkLocked, lc.Approval, lc.Link))
	leads, err := tx.leads(lc.Approval)
	if err != nil {
		return err
	}
	if err := tx.announce("approval", lc.Link.ClientID, lc.Approval.CrisisID, lc.Approval.ID); err != nil {
		return err
	}
	return tx.noticeOf(lc.Approval, lc.Draft, "link_locked", "locked:"+lc.Link.ID, leads)
}

// saveCode stores the next state under the revision that was read.
func (tx *Tx) saveCode(l Link, next approval.CodeState, sends int64) error {
	res := tx.g.Exec("UPDATE approval_links SET code = ?, sends = sends + ?, rev = rev + 1 WHERE id = ? AND rev = ?", JSONOf(next), sends, l.ID, l.Rev)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return fault.New(fault.Conflict, "link_moved", "Something else happened to this link just now: try again.")
	}
	return nil
}

// DecideByLink records the decision of the person behind a visit. Errors: those
// of RecordDecision, review_over, code_needed.
func (d *DB) DecideByLink(ctx context.Context, secret string, cmd Decide) (Decision, error) {
	s, err := d.reviewSession(d.read.WithContext(ctx), secret)
	if err != nil {
		return Decision{}, err
	}
	lc, err := d.LinkCase(ctx, s.LinkID)
	if err != nil {
		return Decision{}, err
	}
	if lc.Link.Step == string(approval.StepCode) && !s.Verified {
		return Decision{}, fault.New(fault.Forbidden, "code_needed", "Type the code that was sent to you first.")
	}
	cmd.ApprovalID, cmd.ApproverKey, cmd.LinkID = lc.Link.ApprovalID, lc.Link.ApproverKey, lc.Link.ID
	return d.RecordDecision(ctx, approverActor(lc.Link), cmd)
}

// onReview runs fn with the visit's link locked.
func (d *DB) onReview(ctx context.Context, secret string, fn func(*Tx, ReviewSession, LinkCase) error) error {
	s, err := d.reviewSession(d.read.WithContext(ctx), secret)
	if err != nil {
		return err
	}
	lc, err := d.LinkCase(ctx, s.LinkID)
	if err != nil {
		return err
	}
	return d.Change(ctx, approverActor(lc.Link), func(tx *Tx) error {
		now, err := tx.lockedLink(s.LinkID)
		if err != nil {
			return err
		}
		if err := tx.touchReview(s); err != nil {
			return err
		}
		return fn(tx, s, now)
	})
}
