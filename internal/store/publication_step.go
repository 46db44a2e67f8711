package store

import (
	"context"
	"time"

	"github.com/migdalor/migdalor/internal/approval"
	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// What a publication's workflow has to do next.
const (
	NextSend      = "send"      // make the call
	NextWait      = "wait"      // until PublicationStep.Until, or until told of a change
	NextReconcile = "reconcile" // a call was made and nobody knows what came of it: look it up
	NextPerson    = "person"    // until a person acts
	NextDone      = "done"      // nothing more will happen
)

// PublicationStep is what a publication's row asks for now.
type PublicationStep struct {
	Next  string    `json:"next"`
	State string    `json:"state"`
	Until time.Time `json:"until"`
	// Attempts counts the calls so far.
	Attempts int `json:"attempts"`
}

// PreparePublication looks at the row and, when it is planned, at everything
// that could stand against publishing it: the approval of exactly these words,
// the hold, the target, the times, the lock on positive content. What must not
// go out is refused, what a person has to look at is held, what has to be
// published by hand is handed over.
func (d *DB) PreparePublication(ctx context.Context, by audit.Actor, id string) (PublicationStep, error) {
	var step PublicationStep
	err := d.Change(ctx, by, func(tx *Tx) error {
		p, dr, err := tx.publication(id)
		if err != nil {
			return err
		}
		step, err = tx.prepare(&p, dr)
		step.State, step.Attempts = p.State, int(p.Attempts)
		return err
	})
	return step, err
}

func (tx *Tx) prepare(p *Publication, dr Draft) (PublicationStep, error) {
	switch p.State {
	case PubPlanned:
	case PubSending:
		return PublicationStep{Next: NextReconcile}, nil
	case PubHeld, PubAwaitingHand, PubUnknown:
		return PublicationStep{Next: NextPerson}, nil
	default:
		return PublicationStep{Next: NextDone}, nil
	}
	v, err := tx.verdict(*p, dr)
	if err != nil {
		return PublicationStep{}, err
	}
	switch {
	case v.refused != "":
		return PublicationStep{Next: NextDone}, tx.refusePub(p, dr, v.refused)
	case v.held != "":
		if err := tx.holdOne(p, v.held); err != nil {
			return PublicationStep{}, err
		}
		return PublicationStep{Next: NextPerson}, tx.noticePub(*p, dr, "publication_held")
	case !v.until.IsZero():
		return PublicationStep{Next: NextWait, Until: v.until}, tx.waitPub(p, v)
	case v.target.Kind == TargetByHand:
		return PublicationStep{Next: NextPerson}, tx.handOver(p, dr)
	}
	return PublicationStep{Next: NextSend}, nil
}

// verdict is what stands against publishing something now; nothing does when
// only the target and the content are set.
type verdict struct {
	refused, held string
	until         time.Time
	why           string // why until
	target        Target
	content       approval.Content
}

// verdict re-checks every condition of publishing on the rows as they are now.
func (tx *Tx) verdict(p Publication, dr Draft) (verdict, error) {
	var v verdict
	row, content, err := versionIn(tx.g, p.DraftID, p.Version)
	switch {
	case fault.Is(err, errAltered.Code) || err == nil && row.ContentHash != p.VersionHash:
		// Words that no longer hash to what was approved are never sent.
		v.refused = ReasonHashMismatch
		return v, nil
	case err != nil:
		return v, err
	}
	v.content = content
	var a Approval
	if err := tx.g.Where("id = ?", p.ApprovalID).Limit(1).Find(&a).Error; err != nil {
		return v, err
	}
	if err := tx.g.Where("id = ?", p.TargetID).Take(&v.target).Error; err != nil {
		return v, err
	}
	var client Client
	if err := tx.g.Where("id = ?", p.ClientID).Take(&client).Error; err != nil {
		return v, err
	}
	switch {
	case a.State != approvalApproved || a.VersionHash != p.VersionHash || a.DraftID != p.DraftID:
		v.refused = ReasonNotApproved
	case dr.VersionHash != p.VersionHash || dr.State != DraftApproved && dr.State != DraftPublished:
		v.refused = ReasonSuperseded
	case !sameTarget(content, v.target):
		v.refused = ReasonTargetChanged
	case content.PublishUntil != nil && !tx.now.Before(*content.PublishUntil):
		v.refused = ReasonWindowOver
	case client.HoldActive():
		v.held = ReasonHold
	case content.PublishFrom != nil && tx.now.Before(*content.PublishFrom):
		v.until, v.why = *content.PublishFrom, ReasonBeforeWindow
	}
	if v.refused != "" || v.held != "" || !v.until.IsZero() {
		return v, nil
	}
	return v, tx.verdictOfTime(&v, p, client)
}

// verdictOfTime looks at what changes by itself: no-publish windows and the lock.
func (tx *Tx) verdictOfTime(v *verdict, p Publication, client Client) error {
	if p.Kind == string(approval.KindContent) {
		locked, code, err := tx.positiveLocked(p.CrisisID)
		if err != nil {
			return err
		}
		if locked {
			v.held = code
			return nil
		}
	}
	cal, err := calendarOf(tx.g, client.ID)
	if err != nil {
		return err
	}
	if reason, until, blocked := cal.PublishBlocked(tx.now.Time); blocked {
		v.until, v.why = until, reasonNoPublishPrefix+reason
	}
	return nil
}

// sameTarget reports whether the account is still the one that was approved.
func sameTarget(c approval.Content, t Target) bool {
	for _, ref := range c.Targets {
		if ref.ID == t.ID {
			return t.RemovedAt.IsZero() && ref.Platform == t.Platform && ref.Account == t.Account
		}
	}
	return false
}

func (tx *Tx) refusePub(p *Publication, dr Draft, reason string) error {
	before := p.State
	if err := tx.movePub(p, PubRefused, reason); err != nil {
		return err
	}
	tx.Record(tx.pubEvent(audit.PublicationRefused, *p, audit.Changed("state", before, PubRefused), audit.Set("reason_code", reason)))
	return tx.noticePub(*p, dr, "publication_refused")
}

// waitPub shows why a planned publication waits; each reason is recorded once.
func (tx *Tx) waitPub(p *Publication, v verdict) error {
	if p.Reason == v.why {
		return nil
	}
	before := p.Reason
	if err := tx.movePub(p, PubPlanned, v.why); err != nil {
		return err
	}
	tx.Record(tx.pubEvent(audit.PublicationPlanned, *p, audit.Changed("reason_code", before, v.why), audit.Set("until", v.until)))
	return nil
}

func (tx *Tx) handOver(p *Publication, dr Draft) error {
	if err := tx.movePub(p, PubAwaitingHand, ""); err != nil {
		return err
	}
	tx.Record(tx.pubEvent(audit.PublicationPlanned, *p, audit.Changed("state", PubPlanned, PubAwaitingHand)))
	return tx.noticePub(*p, dr, "publication_awaiting_hand")
}
