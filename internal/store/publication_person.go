package store

import (
	"context"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// ConfirmByHand records that a person published exactly the approved words and
// where. url was checked by channel.ValidatePastedLink. Errors: not_awaiting_hand.
func (d *DB) ConfirmByHand(ctx context.Context, by audit.Actor, id, url string) (Publication, error) {
	return d.onPublication(ctx, by, id, func(tx *Tx, p *Publication, dr Draft) error {
		if p.State == PubPublished && p.URL == url {
			return nil
		}
		if p.State != PubAwaitingHand {
			return fault.New(fault.Conflict, "not_awaiting_hand", "This publication does not wait for somebody to publish it by hand.").With("state", p.State)
		}
		if err := tx.publish(p, dr, audit.PublicationByHandConfirmed, url, ""); err != nil {
			return err
		}
		return tellWorkflow(tx, WorkflowPublication, p.ID, FactHandConfirmed, "")
	})
}

// ReleasePublication lets one held item go on its way again, where every check
// is made anew. Errors: not_held, hold_active, decision_disputed,
// positive_locked, reason_short.
func (d *DB) ReleasePublication(ctx context.Context, by audit.Actor, id, reason string) (Publication, error) {
	return d.onPublication(ctx, by, id, func(tx *Tx, p *Publication, dr Draft) error {
		reason, err := checkReason(reason)
		if err != nil {
			return err
		}
		if p.State != PubHeld {
			return fault.New(fault.Conflict, "not_held", "This publication is not on hold.").With("state", p.State)
		}
		if err := tx.releasable(*p); err != nil {
			return err
		}
		before := p.Reason
		if err := tx.movePub(p, PubPlanned, ""); err != nil {
			return err
		}
		e := tx.pubEvent(audit.HoldReleased, *p, audit.Changed("state", PubHeld, PubPlanned), audit.Set("publication", p.ID), audit.Changed("reason_code", before, nil))
		e.Reason = reason
		tx.Record(e)
		return tellWorkflow(tx, WorkflowPublication, p.ID, FactPublicationReleased, "")
	})
}

func (tx *Tx) releasable(p Publication) error {
	if p.Reason == ReasonDisputed {
		return fault.New(fault.Conflict, ReasonDisputed, "Somebody says that the approval was not theirs: send the draft for approval again.")
	}
	var client Client
	if err := tx.g.Where("id = ?", p.ClientID).Take(&client).Error; err != nil {
		return err
	}
	if client.HoldActive() {
		return fault.New(fault.Conflict, "hold_active", "The client is on hold: lift the hold first, then release item by item.")
	}
	if p.Kind != string(approval.KindContent) {
		return nil
	}
	locked, code, err := tx.positiveLocked(p.CrisisID)
	if err == nil && locked {
		sentence := "Positive content cannot go out before the response is published."
		if code == crisis.LockShareClimbing {
			sentence = "Positive content cannot go out while the negative share is this high."
		}
		return fault.New(fault.Conflict, "positive_locked", "%s", sentence).With("reason", code)
	}
	return err
}

// ResolvePublication is a person's word on whether an unknown publication is
// out. Errors: not_unknown, reason_short.
func (d *DB) ResolvePublication(ctx context.Context, by audit.Actor, id string, out bool, url, reason string) (Publication, error) {
	return d.onPublication(ctx, by, id, func(tx *Tx, p *Publication, dr Draft) error {
		reason, err := checkReason(reason)
		if err != nil {
			return err
		}
		if p.State != PubUnknown {
			return fault.New(fault.Conflict, "not_unknown", "What became of this publication is known.").With("state", p.State)
		}
		e := tx.pubEvent(audit.PublicationReconciled, *p, audit.Set("found", out), audit.Set("by_person", true))
		e.Reason = reason
		tx.Record(e)
		if out {
			err = tx.publish(p, dr, audit.PublicationPublished, url, "")
		} else {
			err = tx.failPub(p, dr, ReasonPersonSaidNot, "")
		}
		if err != nil {
			return err
		}
		return tellWorkflow(tx, WorkflowPublication, p.ID, FactPublicationResolved, "")
	})
}

func (d *DB) onPublication(ctx context.Context, by audit.Actor, id string, fn func(*Tx, *Publication, Draft) error) (Publication, error) {
	var p Publication
	err := d.Change(ctx, by, func(tx *Tx) error {
		var dr Draft
		var err error
		if p, dr, err = tx.publication(id); err != nil {
			return err
		}
		return fn(tx, &p, dr)
	})
	return p, err
}
