package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// Escalation is one asking of people because a clock ran out.
type Escalation struct {
	ID             string `gorm:"primaryKey"`
	ClientID       string
	CrisisID       string
	Wave           int64
	ClockKind      clock.Kind
	Step           int64
	Recipients     JSON[[]string]
	At             At
	AcknowledgedBy string
	AcknowledgedAt At
}

// Escalate is one step of the ladder that the workflow climbs.
type Escalate struct {
	CrisisID string
	Wave     int
	Kind     clock.Kind
	// Ask counts the askings of this breach from 0; Step is the ladder's step, from 1.
	Ask, Step int
	Role      crisis.Role
	// WithLead asks the lead, too.
	WithLead bool
	// AckExpires is how long an acknowledgement keeps the ladder still.
	AckExpires time.Duration
	BreachedAt time.Time
}

// Escalated is what became of it.
type Escalated struct {
	ID string `json:"id"`
	// Over says that nobody has to be asked any more: met, cancelled or closed.
	Over bool `json:"over"`
	// HoldUntil is set when somebody has acknowledged: ask again then.
	HoldUntil time.Time `json:"hold_until"`
}

// Escalate asks the next people, once for each asking. It looks at the rows
// first, so a late timer finds the truth and does nothing.
func (d *DB) Escalate(ctx context.Context, by audit.Actor, e Escalate) (Escalated, error) {
	var out Escalated
	err := d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.crisis(e.CrisisID)
		if err != nil {
			return err
		}
		row, err := tx.clock(c.ID, int64(e.Wave), e.Kind)
		if err != nil {
			return missing(err, "clock")
		}
		if row.State != clock.Breached || row.DueAt.IsZero() || c.Status != crisis.Open || c.Wave != int64(e.Wave) {
			out = Escalated{Over: true}
			return nil
		}
		hold, err := tx.heldUntil(c, e)
		if err != nil || hold.After(tx.now.Time) {
			out = Escalated{HoldUntil: hold}
			return err
		}
		key := "escalate:" + c.ID + ":" + fmtInt(int64(e.Wave)) + ":" + string(e.Kind) + ":" + fmtInt(e.BreachedAt.UnixMicro()) + ":" + fmtInt(int64(e.Ask))
		out, err = once(tx, key, func() (Escalated, error) { return tx.askNext(c, row, e, key) })
		return err
	})
	return out, err
}

// heldUntil is until when the latest acknowledgement keeps the ladder still.
func (tx *Tx) heldUntil(c Crisis, e Escalate) (time.Time, error) {
	var at At
	err := tx.g.Raw("SELECT COALESCE(MAX(acknowledged_at), 0) FROM escalations WHERE crisis_id = ? AND wave = ? AND clock_kind = ?",
		c.ID, e.Wave, e.Kind).Row().Scan(&at)
	if err != nil || at.IsZero() {
		return time.Time{}, err
	}
	return at.Add(e.AckExpires), nil
}

func (tx *Tx) askNext(c Crisis, row Clock, e Escalate, dedupe string) (Escalated, error) {
	users, err := tx.withRole(e.Role, c.ClientID)
	if err != nil {
		return Escalated{}, err
	}
	if e.WithLead && c.LeadID != "" && !slices.Contains(users, c.LeadID) {
		users = append([]string{c.LeadID}, users...)
	}
	if users == nil {
		users = []string{}
	}
	x := Escalation{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, Wave: c.Wave, ClockKind: e.Kind, Step: int64(e.Step), Recipients: JSONOf(users), At: tx.now}
	if err := tx.g.Create(&x).Error; err != nil {
		return Escalated{}, err
	}
	tx.recordOn(c, audit.ClockEscalated, row.ID, 0, "", audit.Set("kind", e.Kind), audit.Set("step", e.Step), audit.Set("ask", e.Ask),
		audit.Set("to", users), audit.Set("escalation", x.ID))
	err = tx.tellPeople(c, "clock_breach", dedupe, users, map[string]string{"clock": string(e.Kind), "due_at": e.BreachedAt.UTC().Format(time.RFC3339),
		"step": fmtInt(int64(e.Step)), "escalation_id": x.ID})
	if err != nil {
		return Escalated{}, err
	}
	return Escalated{ID: x.ID}, tx.announce("crisis", c.ClientID, c.ID, x.ID)
}

// AcknowledgeEscalation says "I have seen it and am on it" for everything that
// was asked about the same clock so far. The first one counts; the second is
// told who it was. Errors: escalation_taken.
func (d *DB) AcknowledgeEscalation(ctx context.Context, by audit.Actor, crisisID, id string) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.openRow(crisisID)
		if err != nil {
			return err
		}
		var x Escalation
		if err := tx.g.Where("id = ? AND crisis_id = ?", id, c.ID).Take(&x).Error; err != nil {
			return missing(err, "escalation")
		}
		if !x.AcknowledgedAt.IsZero() {
			if x.AcknowledgedBy == by.ID {
				return nil
			}
			return fault.New(fault.Conflict, "escalation_taken", "Somebody else has taken this already.").
				With("by", x.AcknowledgedBy).With("at", x.AcknowledgedAt.Time)
		}
		err = tx.g.Model(&Escalation{}).Where("crisis_id = ? AND wave = ? AND clock_kind = ? AND acknowledged_at = 0", c.ID, x.Wave, x.ClockKind).
			Updates(map[string]any{"acknowledged_by": by.ID, "acknowledged_at": tx.now}).Error
		if err != nil {
			return err
		}
		row, err := tx.clock(c.ID, x.Wave, x.ClockKind)
		if err != nil {
			return missing(err, "clock")
		}
		tx.recordOn(c, audit.ClockAcknowledged, row.ID, 0, "", audit.Set("kind", x.ClockKind), audit.Set("escalation", x.ID))
		if err := tellWorkflow(tx, WorkflowCrisis, c.ID, FactEscalationTaken, string(x.ClockKind)); err != nil {
			return err
		}
		return tx.announce("crisis", c.ClientID, c.ID, x.ID)
	})
}

// escalationsOf lists the askings of a crisis, newest first.
func escalationsOf(g *gorm.DB, crisisID string) ([]Escalation, error) {
	var out []Escalation
	err := g.Where("crisis_id = ?", crisisID).Order("at DESC, id DESC").Limit(100).Find(&out).Error
	return out, err
}
