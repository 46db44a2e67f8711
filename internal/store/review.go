package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// The states of a review.
const (
	ReviewOpen   = "open"
	ReviewHeld   = "held"
	ReviewWaived = "waived"
)

// Review is stage 5's dated look-back.
type Review struct {
	ID         string `gorm:"primaryKey"`
	ClientID   string
	CrisisID   string
	Wave       int64
	OffsetDays int64
	DueAt      At
	State      string
	Findings   string
	Actions    string
	// Metrics are the crisis' figures on the day it was held.
	Metrics   JSON[Metrics]
	Reason    string
	DecidedBy string
	DecidedAt At
}

// ReviewDue is what a workflow needs to know of a review.
type ReviewDue struct {
	ID      string    `json:"id"`
	Days    int       `json:"days"`
	DueAt   time.Time `json:"due_at"`
	Decided bool      `json:"decided"`
}

// scheduleReviews dates the reviews from the day of resolution.
func (tx *Tx) scheduleReviews(c Crisis, days []int) error {
	cal, err := calendarOf(tx.g, c.ClientID)
	if err != nil {
		return err
	}
	for _, date := range crisis.ReviewDates(tx.now.Time, days, cal) {
		r := Review{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, Wave: c.Wave, OffsetDays: int64(date.Days), DueAt: AtOf(date.At), State: ReviewOpen}
		if err := tx.g.Create(&r).Error; err != nil {
			return err
		}
		tx.recordOn(c, audit.ReviewScheduled, r.ID, 0, "", audit.Set("days", date.Days), audit.Set("due_at", date.At))
	}
	return nil
}

// reviewsOf lists the reviews of the crisis' wave by date.
func reviewsOf(g *gorm.DB, c Crisis) ([]Review, error) {
	var out []Review
	err := g.Where("crisis_id = ? AND wave = ?", c.ID, c.Wave).Order("due_at, id").Find(&out).Error
	return out, err
}

// Reviews lists the reviews of a crisis' wave by date.
func (d *DB) Reviews(ctx context.Context, scope Scope, crisisID string) ([]Review, error) {
	c, err := d.CrisisRow(ctx, scope, crisisID)
	if err != nil {
		return nil, err
	}
	out, err := reviewsOf(d.read.WithContext(ctx), c)
	return out, translate(err)
}

// HoldReview records what was found and what will be done. Errors:
// review_decided, review_findings.
func (d *DB) HoldReview(ctx context.Context, by audit.Actor, crisisID, id, findings, actions string) (Review, error) {
	findings, actions = strings.TrimSpace(findings), strings.TrimSpace(actions)
	if findings == "" {
		return Review{}, fault.New(fault.Invalid, "review_findings", "Write what the review found.").
			WithFields(fault.Field{Location: "body.findings", Message: "is empty"})
	}
	return d.decideReview(ctx, by, crisisID, id, func(tx *Tx, c Crisis) (map[string]any, audit.Event, error) {
		m, err := metricsOf(tx.g, c, tx.now)
		return map[string]any{"state": ReviewHeld, "findings": findings, "actions": actions, "metrics": JSONOf(m)},
			audit.Event{Action: audit.ReviewHeld, Changes: []audit.Change{audit.Private("findings", "", nil, findings), audit.Private("actions", "", nil, actions)}}, err
	})
}

// WaiveReview leaves a review out, with a reason. Errors: review_decided, reason_short.
func (d *DB) WaiveReview(ctx context.Context, by audit.Actor, crisisID, id, reason string) (Review, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Review{}, err
	}
	return d.decideReview(ctx, by, crisisID, id, func(*Tx, Crisis) (map[string]any, audit.Event, error) {
		return map[string]any{"state": ReviewWaived, "reason": reason}, audit.Event{Action: audit.ReviewWaived, Reason: reason}, nil
	})
}

func (d *DB) decideReview(ctx context.Context, by audit.Actor, crisisID, id string, fn func(*Tx, Crisis) (map[string]any, audit.Event, error)) (Review, error) {
	var r Review
	err := d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.openRow(crisisID)
		if err != nil {
			return err
		}
		if err := tx.g.Where("id = ? AND crisis_id = ?", id, c.ID).Take(&r).Error; err != nil {
			return missing(err, "review")
		}
		columns, event, err := fn(tx, c)
		if err != nil {
			return err
		}
		columns["decided_by"], columns["decided_at"] = by.ID, tx.now
		res := tx.g.Model(&Review{}).Where("id = ? AND state = ?", r.ID, ReviewOpen).Updates(columns)
		if res.Error != nil {
			return res.Error
		}
		if res.RowsAffected == 0 {
			return fault.New(fault.Conflict, "review_decided", "This review has been held or waived already.").With("by", r.DecidedBy).With("at", r.DecidedAt.Time)
		}
		if err := tx.g.Where("id = ?", r.ID).Take(&r).Error; err != nil {
			return err
		}
		event.Stream, event.ClientID, event.Object = audit.CrisisStream(c.ID), c.ClientID, audit.Object{ID: r.ID}
		event.Changes = append(event.Changes, audit.Set("days", r.OffsetDays))
		tx.Record(event)
		if err := tellWorkflow(tx, WorkflowCrisis, c.ID, FactReviewDecided, r.ID); err != nil {
			return err
		}
		return tx.announce("crisis", c.ClientID, c.ID, r.ID)
	})
	return r, err
}

// RemindReview tells the lead that a review is due, once for each count; from
// the second on the client's account managers hear of it, too. It reports
// whether the review is decided, so that the workflow stops asking.
func (d *DB) RemindReview(ctx context.Context, by audit.Actor, crisisID, id string, count int) (decided bool, err error) {
	err = d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.crisis(crisisID)
		if err != nil {
			return err
		}
		var r Review
		if err := tx.g.Where("id = ? AND crisis_id = ?", id, c.ID).Take(&r).Error; err != nil {
			return missing(err, "review")
		}
		if decided = r.State != ReviewOpen || c.Status != crisis.Open; decided {
			return nil
		}
		params := map[string]string{"days": fmtInt(r.OffsetDays), "due_at": r.DueAt.Format(time.RFC3339), "review_id": r.ID}
		dedupe := "review:" + r.ID + ":" + fmtInt(int64(count))
		if err := tx.tellLead(c, "review_due", dedupe, params); err != nil || count < 2 {
			return err
		}
		managers, err := tx.withRole(crisis.RoleAccountManager, c.ClientID)
		if err != nil {
			return err
		}
		return tx.tellPeople(c, "review_due", dedupe, managers, params)
	})
	return decided, err
}
