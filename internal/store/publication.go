package store

import (
	"context"
	"errors"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// The states of a publication.
const (
	PubPlanned      = "planned"       // to go out as soon as nothing forbids it
	PubHeld         = "held"          // waits until a person releases it
	PubSending      = "sending"       // the intent is stored and the call may be under way
	PubAwaitingHand = "awaiting_hand" // a person publishes it and pastes the link
	PubUnknown      = "unknown"       // nobody knows whether it is out: a person says
	PubPublished    = "published"
	PubFailed       = "failed"  // it is certainly not out and trying again did not help
	PubRefused      = "refused" // it must not go out
)

// Why a publication is held or refused; the platform's own codes stand beside these.
const (
	ReasonHold            = "hold"
	ReasonDisputed        = "decision_disputed"
	ReasonSuperseded      = "superseded"
	ReasonWithdrawn       = "withdrawn"
	ReasonNotApproved     = "not_approved"
	ReasonHashMismatch    = "hash_mismatch"
	ReasonTargetChanged   = "target_changed"
	ReasonWindowOver      = "publish_window_over"
	ReasonBeforeWindow    = "publish_window"
	ReasonAttemptsUsed    = "attempts_used_up"
	ReasonPersonSaidNot   = "not_published"
	reasonNoPublishPrefix = "no_publish_"
)

// Publication is one version going out to one target account, at most once.
type Publication struct {
	ID          string `gorm:"primaryKey"`
	ClientID    string
	CrisisID    string
	DraftID     string
	ApprovalID  string
	Version     int64
	VersionHash string
	TargetID    string
	// Kind is the draft's.
	Kind   string
	State  string
	Reason string
	URL    string
	// RemoteID is the platform's own name of the post.
	RemoteID string
	// Attempts counts the calls that may have published it.
	Attempts int64
	// IntentAt never changes: together with the id it names the post on the platform.
	IntentAt    At
	PublishedAt At
	CreatedBy   string
	Rev         int64
}

// PublishDraft plans a draft's approved version for all of its targets. What is
// out or under way is left alone; what failed or was refused is planned anew,
// still as the same post. Errors: not_approved, nothing_to_publish.
func (d *DB) PublishDraft(ctx context.Context, by audit.Actor, draftID string) (Draft, error) {
	var dr Draft
	err := d.Change(ctx, by, func(tx *Tx) (err error) {
		if dr, err = tx.draft(draftID); err != nil {
			return err
		}
		var a Approval
		err = tx.g.Where("id = ? AND state = ? AND version_hash = ?", dr.ApprovalID, approvalApproved, dr.VersionHash).Take(&a).Error
		if errors.Is(err, gorm.ErrRecordNotFound) || err == nil && dr.State != DraftApproved {
			return fault.New(fault.Conflict, ReasonNotApproved, "This version has not been approved by everybody who must approve it.")
		} else if err != nil {
			return err
		}
		return tx.plan(dr, a)
	})
	return dr, err
}

// plan makes the publications of an approved version and starts their workflows.
func (tx *Tx) plan(dr Draft, a Approval) error {
	_, content, err := versionIn(tx.g, dr.ID, a.Version)
	if err != nil {
		return err
	}
	planned := 0
	for _, target := range content.Targets {
		fresh, err := tx.planOne(dr, a, target)
		if err != nil {
			return err
		}
		if fresh {
			planned++
		}
	}
	if planned == 0 && len(content.Targets) == 0 {
		return fault.New(fault.Conflict, "nothing_to_publish", "This draft has no target accounts.")
	}
	return nil
}

// planOne plans one target, unless the version is out there, under way or held already.
func (tx *Tx) planOne(dr Draft, a Approval, target approval.TargetRef) (bool, error) {
	p := Publication{ID: NewID(), ClientID: dr.ClientID, CrisisID: dr.CrisisID, DraftID: dr.ID, ApprovalID: a.ID, Version: a.Version, VersionHash: a.VersionHash,
		TargetID: target.ID, Kind: dr.Kind, State: PubPlanned, IntentAt: tx.now, CreatedBy: tx.by.ID, Rev: 1}
	var old Publication
	err := tx.locked(tx.g.Where("draft_id = ? AND version_hash = ? AND target_id = ?", dr.ID, a.VersionHash, target.ID)).Limit(1).Find(&old).Error
	switch {
	case err != nil:
		return false, err
	case old.ID == "":
		if err := tx.g.Create(&p).Error; err != nil {
			return false, err
		}
	case old.State == PubFailed || old.State == PubRefused || old.State == PubHeld && old.Reason == ReasonDisputed:
		p = old
		p.ApprovalID = a.ID
		if err := tx.g.Exec("UPDATE publications SET approval_id = ? WHERE id = ?", a.ID, p.ID).Error; err != nil {
			return false, err
		}
		if err := tx.movePub(&p, PubPlanned, ""); err != nil {
			return false, err
		}
	default:
		return false, nil
	}
	tx.Record(tx.pubEvent(audit.PublicationPlanned, p, audit.Changed("state", old.State, PubPlanned), audit.Set("draft", p.DraftID), audit.Set("target", p.TargetID),
		audit.Set("platform", target.Platform), audit.Set("content_hash", p.VersionHash), audit.Set("approval", p.ApprovalID)))
	if old.ID != "" {
		// Its workflow may have ended, or may still wait for a person: a start alone would not wake it.
		return true, tellWorkflow(tx, WorkflowPublication, p.ID, FactPublicationReleased, "")
	}
	return true, startWorkflow(tx, WorkflowPublication, p.ID)
}

// movePub changes a publication's state under the revision that was read.
func (tx *Tx) movePub(p *Publication, state, reason string) error {
	return tx.movePubWith(p, state, reason, nil)
}

func (tx *Tx) movePubWith(p *Publication, state, reason string, more map[string]any) error {
	columns := map[string]any{"state": state, "reason": reason, "rev": p.Rev + 1}
	for k, v := range more {
		columns[k] = v
	}
	res := tx.g.Model(&Publication{}).Where("id = ? AND rev = ? AND state = ?", p.ID, p.Rev, p.State).Updates(columns)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return fault.New(fault.Conflict, "publication_moved", "Something else happened to this publication just now: look again.")
	}
	p.State, p.Reason, p.Rev = state, reason, p.Rev+1
	return tx.announce("publication", p.ClientID, p.CrisisID, p.ID)
}

func (tx *Tx) pubEvent(action audit.Action, p Publication, changes ...audit.Change) audit.Event {
	return audit.Event{Stream: audit.CrisisStream(p.CrisisID), Action: action, ClientID: p.ClientID,
		Object: audit.Object{ID: p.ID, Version: p.Version}, Changes: changes}
}

// publication reads a publication with its draft's lock and its own.
func (tx *Tx) publication(id string) (Publication, Draft, error) {
	var p Publication
	if err := tx.g.Where("id = ?", id).Take(&p).Error; err != nil {
		return p, Draft{}, missing(err, "publication")
	}
	dr, err := tx.draft(p.DraftID)
	if err != nil {
		return p, dr, err
	}
	err = tx.locked(tx.g.Where("id = ?", id)).Take(&p).Error
	return p, dr, missing(err, "publication")
}

// endPlanned refuses what of the draft's publications is not out yet. One that
// is going out this moment stops the whole change.
func (tx *Tx) endPlanned(dr Draft, reason string) error {
	var rows []Publication
	if err := tx.locked(tx.g.Where("draft_id = ? AND state IN ?", dr.ID, []string{PubPlanned, PubHeld, PubAwaitingHand, PubSending, PubUnknown})).Find(&rows).Error; err != nil {
		return err
	}
	for _, p := range rows {
		if p.State == PubSending || p.State == PubUnknown {
			return fault.New(fault.Conflict, "publication_under_way", "The draft is being published this moment, or nobody knows yet whether it is out: settle that first.")
		}
		if err := tx.endOne(p, reason); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) endOne(p Publication, reason string) error {
	before := p.State
	if err := tx.movePub(&p, PubRefused, reason); err != nil {
		return err
	}
	tx.Record(tx.pubEvent(audit.PublicationRefused, p, audit.Changed("state", before, p.State), audit.Set("reason_code", reason)))
	return tellWorkflow(tx, WorkflowPublication, p.ID, FactPublicationEnded, "")
}

// stopPlanned holds what of one version is not out yet.
func (tx *Tx) stopPlanned(dr Draft, versionHash, reason string) error {
	var rows []Publication
	if err := tx.locked(tx.g.Where("draft_id = ? AND version_hash = ? AND state IN ?", dr.ID, versionHash, []string{PubPlanned, PubHeld, PubAwaitingHand})).Find(&rows).Error; err != nil {
		return err
	}
	for i := range rows {
		if err := tx.holdOne(&rows[i], reason); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) holdOne(p *Publication, reason string) error {
	before := p.State
	if err := tx.movePub(p, PubHeld, reason); err != nil {
		return err
	}
	tx.Record(tx.pubEvent(audit.PublicationPlanned, *p, audit.Changed("state", before, PubHeld), audit.Set("reason_code", reason)))
	return nil
}
