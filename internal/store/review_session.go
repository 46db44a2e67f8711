package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// How long a review session lives.
const (
	reviewIdle = 30 * time.Minute
	reviewLife = 4 * time.Hour
)

// ReviewSession is an approver's visit, bound to one link. The browser holds
// the secret; the row holds its hash.
type ReviewSession struct {
	TokenHash string `gorm:"primaryKey"`
	LinkID    string
	// Verified says that a one-time code was typed in this session.
	Verified  bool
	CreatedAt At
	SeenAt    At
	ExpiresAt At
}

func reviewHash(secret string) string {
	sum := sha256.Sum256([]byte("review/v1:" + secret))
	return hex.EncodeToString(sum[:])
}

func (tx *Tx) newReview(linkID string, verified bool) (string, error) {
	raw := make([]byte, 32)
	if _, err := io.ReadFull(tx.db.rand, raw); err != nil {
		return "", err
	}
	secret := base64.RawURLEncoding.EncodeToString(raw)
	return secret, tx.g.Create(&ReviewSession{TokenHash: reviewHash(secret), LinkID: linkID, Verified: verified,
		CreatedAt: tx.now, SeenAt: tx.now, ExpiresAt: AtOf(tx.now.Add(reviewLife))}).Error
}

// OpenLink begins an approver's visit and gives its secret. Opening never uses a
// link up. A token that does not hold, and a link that has expired or was
// revoked, are all link_invalid; ended links that say so: link_decided,
// link_superseded, link_locked.
func (d *DB) OpenLink(ctx context.Context, keys approval.KeyRing, token string) (string, error) {
	lc, err := d.trustedLink(ctx, keys, token)
	if err != nil {
		return "", err
	}
	var secret string
	err = d.Change(ctx, approverActor(lc.Link), func(tx *Tx) error {
		now, err := tx.lockedLink(lc.Link.ID)
		if err != nil {
			return err
		}
		l := now.Link
		switch approval.LinkState(l.State) {
		case approval.LinkOpen, approval.LinkDecided, approval.LinkSuperseded, approval.LinkLocked:
		default:
			return linkInvalid()
		}
		if l.State == string(approval.LinkOpen) && !l.ExpiresAt.After(tx.now.Time) {
			return linkInvalid()
		}
		if l.OpenedAt.IsZero() {
			if err := tx.g.Exec("UPDATE approval_links SET opened_at = ? WHERE id = ? AND opened_at = 0", tx.now, l.ID).Error; err != nil {
				return err
			}
			tx.Record(tx.linkEvent(audit.LinkOpened, now.Approval, l))
			if err := tx.announce("approval", l.ClientID, now.Approval.CrisisID, now.Approval.ID); err != nil {
				return err
			}
		}
		secret, err = tx.newReview(l.ID, false)
		return err
	})
	return secret, err
}

// trustedLink finds the link of a token and believes it only if the token was
// minted for exactly what is stored. Whatever is wrong looks the same.
func (d *DB) trustedLink(ctx context.Context, keys approval.KeyRing, token string) (LinkCase, error) {
	_, linkID, _, err := approval.Parse(token)
	if err != nil {
		return LinkCase{}, err
	}
	lc, err := d.LinkCase(ctx, linkID)
	if err != nil {
		if fault.KindOf(err) != fault.NotFound {
			return lc, err
		}
		// The same work as for a link that exists.
		lc.Link = Link{ID: linkID, VersionHash: approval.Hash{}.String()}
	}
	facts, err := lc.Facts()
	if err != nil {
		return lc, linkInvalid()
	}
	if err := approval.Check(keys, token, facts); err != nil {
		return lc, err
	}
	if lc.Approval.ID == "" || lc.Approval.VersionHash != lc.Link.VersionHash {
		return lc, linkInvalid()
	}
	return lc, nil
}

func approverActor(l Link) audit.Actor {
	return audit.Actor{Type: audit.ActorApprover, ID: l.ApproverKey, Name: l.Name, Via: audit.ViaLink, Session: l.ID}
}

// ReviewPage is what an approver's page shows.
type ReviewPage struct {
	LinkCase
	// Verified says that the one-time code was typed in this visit.
	Verified bool
	// Ended is nil while the approver may decide, else why not; the code tells which page to show.
	Ended *fault.Error
	// Content is the exact words; Before what to compare them with, if HasBefore.
	Content, Before approval.Content
	HasBefore       bool
	// Decision is this approver's, once made.
	Decision *Decision
	// Superseding is the newest version's words when the request was superseded.
	Superseding   *approval.Content
	Client        Client
	Agency, Asker string
}

// NeedsCode says that the words stay hidden until a one-time code was typed.
func (r ReviewPage) NeedsCode() bool {
	return r.Link.Step == string(approval.StepCode) && !r.Verified
}

// ReviewPage reads an approver's visit by its secret. It changes nothing, not even
// the time since when the visit is idle. Errors: review_over.
func (d *DB) ReviewPage(ctx context.Context, secret string) (ReviewPage, error) {
	g := d.read.WithContext(ctx)
	s, err := d.reviewSession(g, secret)
	if err != nil {
		return ReviewPage{}, err
	}
	var r ReviewPage
	if r.LinkCase, err = linkCaseIn(g, s.LinkID); err != nil {
		return r, translate(err)
	}
	r.Verified = s.Verified
	if r.Client, err = d.Client(ctx, r.Approval.ClientID); err != nil {
		return r, err
	}
	if r.Ended, err = d.whyEnded(g, r.LinkCase); err != nil {
		return r, translate(err)
	}
	if err := g.Raw("SELECT a.name AS agency, COALESCE((SELECT u.name FROM users u WHERE u.id = ?), '') AS asker FROM agency a", r.Approval.CreatedBy).
		Row().Scan(&r.Agency, &r.Asker); err != nil {
		return r, translate(err)
	}
	var made []Decision
	if err := g.Where("approval_id = ? AND approver_key = ?", r.Approval.ID, r.Link.ApproverKey).Find(&made).Error; err != nil {
		return r, translate(err)
	}
	if len(made) > 0 {
		r.Decision = &made[0]
	}
	return r, d.reviewContent(ctx, &r)
}

func (d *DB) reviewContent(ctx context.Context, r *ReviewPage) error {
	var err error
	if _, r.Content, err = d.DraftContent(ctx, r.Approval.DraftID, r.Approval.Version); err != nil {
		return err
	}
	if r.Before, r.HasBefore, err = d.ContentBefore(ctx, r.Approval.DraftID, r.Approval.Version); err != nil {
		return err
	}
	if r.Approval.State == approvalSuperseded && r.Draft.Version > r.Approval.Version {
		_, newer, err := d.DraftContent(ctx, r.Approval.DraftID, r.Draft.Version)
		if err != nil {
			return err
		}
		r.Superseding = &newer
	}
	return nil
}

// whyEnded says why nothing can be decided through this link any more.
func (d *DB) whyEnded(g *gorm.DB, lc LinkCase) (*fault.Error, error) {
	if err := lc.Link.usable(d.Now()); err != nil && lc.Link.State != string(approval.LinkRevoked) {
		f, _ := fault.As(err)
		return f, nil
	}
	switch {
	case lc.Approval.State == approvalWithdrawn:
		return fault.New(fault.Gone, "approval_withdrawn", "The request was taken back."), nil
	case lc.Approval.State != approvalOpen, lc.Link.State == string(approval.LinkRevoked) && lc.Approval.Round > lc.Link.Round:
		return fault.New(fault.Gone, "approval_ended", "The others have decided already."), nil
	case lc.Link.State == string(approval.LinkRevoked):
		return fault.New(fault.Gone, "link_revoked", "This link was withdrawn."), nil
	}
	return nil, nil
}

func (d *DB) reviewSession(g *gorm.DB, secret string) (ReviewSession, error) {
	over := fault.New(fault.Unauthenticated, "review_over", "This visit is over: open the link again.")
	if secret == "" || len(secret) > 100 {
		return ReviewSession{}, over
	}
	var s []ReviewSession
	now := d.Now()
	err := g.Where("token_hash = ? AND expires_at > ? AND seen_at > ?", reviewHash(secret), now, AtOf(now.Add(-reviewIdle))).Limit(1).Find(&s).Error
	if err != nil {
		return ReviewSession{}, translate(err)
	}
	if len(s) == 0 {
		return ReviewSession{}, over
	}
	return s[0], nil
}

// touchReview keeps a visit alive; only acts of the person call it, never a page view.
func (tx *Tx) touchReview(s ReviewSession) error {
	return tx.g.Exec("UPDATE review_sessions SET seen_at = ? WHERE token_hash = ?", tx.now, s.TokenHash).Error
}
