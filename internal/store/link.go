package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// Link is a signed, expiring, revocable way for one person without an account
// to see one request and decide. Its secret is never stored.
type Link struct {
	ID         string `gorm:"primaryKey"`
	ClientID   string
	ApprovalID string
	// ApproverKey is the approver within the request; Email the address the link is bound to.
	ApproverKey string
	Name        string
	Email       string
	Lang        string
	Round       int64
	// Kid is the key that signed it.
	Kid         string
	VersionHash string
	State       string
	Step        string
	ExpiresAt   At
	Code        JSON[approval.CodeState]
	// Sends counts the one-time codes sent in all.
	Sends     int64
	OpenedAt  At
	CreatedBy string
	CreatedAt At
	Rev       int64
}

// TableName names the table.
func (Link) TableName() string { return "approval_links" }

// usable is nil while the link may be opened and decided on.
func (l Link) usable(now At) error {
	return approval.LinkUsable(approval.LinkRow{State: approval.LinkState(l.State), ExpiresAt: l.ExpiresAt.Time}, now.Time)
}

// issueLink makes the link of one contact for the current round. The secret is
// minted when the mail goes out. A contact who was removed gets none (not_found);
// the row is held, so that a removal at the same moment finds the link.
func (tx *Tx) issueLink(a Approval, who approval.ApproverRef, kid string) (Link, error) {
	var c Contact
	if err := tx.locked(tx.g.Where("id = ? AND client_id = ? AND removed_at = 0", approverID(who.ID).ContactID, a.ClientID)).Take(&c).Error; err != nil {
		return Link{}, missing(err, "contact")
	}
	id, err := approval.NewLinkID(tx.db.rand)
	if err != nil {
		return Link{}, err
	}
	l := Link{ID: id, ClientID: a.ClientID, ApprovalID: a.ID, ApproverKey: who.ID, Name: c.Name, Email: c.Email, Lang: c.Lang, Round: a.Round, Kid: kid,
		VersionHash: a.VersionHash, State: string(approval.LinkOpen), Step: a.Step, ExpiresAt: a.Deadline, CreatedBy: tx.by.ID, CreatedAt: tx.now, Rev: 1}
	if err := tx.g.Create(&l).Error; err != nil {
		return l, err
	}
	tx.Record(tx.linkEvent(audit.LinkIssued, a, l, audit.Set("approver", l.ApproverKey), audit.Set("expires_at", l.ExpiresAt.Time), audit.Set("key", l.Kid),
		audit.Set("content_hash", l.VersionHash), audit.Private("email", l.ApproverKey, nil, l.Email)))
	return l, nil
}

func (tx *Tx) linkEvent(action audit.Action, a Approval, l Link, changes ...audit.Change) audit.Event {
	return audit.Event{Stream: audit.CrisisStream(a.CrisisID), Action: action, ClientID: a.ClientID, Object: audit.Object{ID: l.ID}, Changes: changes}
}

// endLinks ends every open link of a request, and says how many there were.
func (tx *Tx) endLinks(a Approval, state approval.LinkState) (int64, error) {
	res := tx.g.Exec("UPDATE approval_links SET state = ?, rev = rev + 1 WHERE approval_id = ? AND state = ?", state, a.ID, approval.LinkOpen)
	return res.RowsAffected, res.Error
}

// endLinksOf ends every open link of somebody who may not decide any more.
func (tx *Tx) endLinksOf(clientID string, who ApproverID) error {
	var links []Link
	if err := tx.g.Where("client_id = ? AND approver_key = ? AND state = ?", clientID, who.Key(), approval.LinkOpen).Order("id").Find(&links).Error; err != nil {
		return err
	}
	for _, l := range links {
		res := tx.g.Exec("UPDATE approval_links SET state = ?, rev = rev + 1 WHERE id = ? AND state = ?", approval.LinkRevoked, l.ID, approval.LinkOpen)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			continue // decided in this moment: that stays
		}
		var a Approval
		if err := tx.g.Where("id = ?", l.ApprovalID).Take(&a).Error; err != nil {
			return err
		}
		tx.Record(tx.linkEvent(audit.LinkRevoked, a, l, audit.Changed("state", l.State, approval.LinkRevoked)))
		if err := tx.announce("approval", a.ClientID, a.CrisisID, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// RevokeLink ends one link for good; its page says so. Errors: link_ended, reason_required.
func (d *DB) RevokeLink(ctx context.Context, by audit.Actor, approvalID, linkID, reason string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		if reason == "" {
			return reasonRequired()
		}
		a, _, err := tx.approval(approvalID)
		if err != nil {
			return err
		}
		var l Link
		if err := tx.g.Where("id = ? AND approval_id = ?", linkID, a.ID).Take(&l).Error; err != nil {
			return missing(err, "link")
		}
		res := tx.g.Exec("UPDATE approval_links SET state = ?, rev = rev + 1 WHERE id = ? AND state = ?", approval.LinkRevoked, l.ID, approval.LinkOpen)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return fault.New(fault.Conflict, "link_ended", "The link has ended already.")
		}
		e := tx.linkEvent(audit.LinkRevoked, a, l, audit.Changed("state", l.State, approval.LinkRevoked))
		e.Reason = reason
		tx.Record(e)
		return tx.announce("approval", a.ClientID, a.CrisisID, a.ID)
	})
}

// LinkCase is a link with the request and the draft that it is about.
type LinkCase struct {
	Link     Link
	Approval Approval
	Draft    Draft
	agencyID string
}

// Facts are what the link's secret is bound to, all as stored now.
func (lc LinkCase) Facts() (approval.Facts, error) {
	hash, err := approval.ParseHash(lc.Link.VersionHash)
	return approval.Facts{LinkID: lc.Link.ID, AgencyID: lc.agencyID, CaseID: lc.Approval.CrisisID, DraftID: lc.Approval.DraftID,
		VersionHash: hash, ApproverID: lc.Link.ApproverKey, ExpiresAt: lc.Link.ExpiresAt.Time}, err
}

// Token mints the link's secret, for the mail that carries it. It is the same
// each time. Errors: link_invalid when its key is no longer believed.
func (lc LinkCase) Token(keys approval.KeyRing) (string, error) {
	f, err := lc.Facts()
	if err != nil {
		return "", err
	}
	return approval.MintAs(keys, lc.Link.Kid, f)
}

// DisputeToken mints the secret of the receipt's "this was not me" link.
func (lc LinkCase) DisputeToken(keys approval.KeyRing) (string, error) {
	f, err := lc.Facts()
	if err != nil {
		return "", err
	}
	return approval.MintDispute(keys, f), nil
}

// LinkCase reads a link and what it is about.
func (d *DB) LinkCase(ctx context.Context, linkID string) (LinkCase, error) {
	lc, err := linkCaseIn(d.read.WithContext(ctx), linkID)
	return lc, translate(err)
}

func linkCaseIn(g *gorm.DB, linkID string) (LinkCase, error) {
	var lc LinkCase
	if err := g.Where("id = ?", linkID).Take(&lc.Link).Error; err != nil {
		return lc, missing(err, "link")
	}
	if err := g.Where("id = ?", lc.Link.ApprovalID).Take(&lc.Approval).Error; err != nil {
		return lc, missing(err, "approval")
	}
	if err := g.Where("id = ?", lc.Approval.DraftID).Take(&lc.Draft).Error; err != nil {
		return lc, missing(err, "draft")
	}
	return lc, g.Raw("SELECT id FROM agency").Scan(&lc.agencyID).Error
}

// lockedLink reads a link under the draft's lock, with everything as it is now.
func (tx *Tx) lockedLink(linkID string) (LinkCase, error) {
	lc, err := linkCaseIn(tx.g, linkID)
	if err != nil {
		return lc, err
	}
	if _, err := tx.draft(lc.Draft.ID); err != nil {
		return lc, err
	}
	return linkCaseIn(tx.g, linkID)
}
