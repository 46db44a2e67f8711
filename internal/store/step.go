package store

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// SolutionStep is one thing that is being done about the problem.
type SolutionStep struct {
	ID        string `gorm:"primaryKey"`
	ClientID  string
	CrisisID  string
	Text      string
	OwnerID   string
	DueAt     At
	DoneAt    At
	CreatedAt At
}

// StepChange is an edit of a step, or a new one; nil fields stay as they are.
type StepChange struct {
	Text, OwnerID *string
	// DueAt zero means none.
	DueAt *time.Time
	Done  *bool
}

// maxLine is the longest one-line text in characters.
const maxLine = 500

func checkLine(field, s string) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" || utf8.RuneCountInString(s) > maxLine {
		return "", fault.New(fault.Invalid, "text_invalid", "A text of 1 to %d characters is needed.", maxLine).
			WithFields(fault.Field{Location: "body." + field, Message: "is empty or too long"})
	}
	return s, nil
}

// Steps lists the steps to a solution by due date.
func (d *DB) Steps(ctx context.Context, scope Scope, crisisID string) ([]SolutionStep, error) {
	return listOf[SolutionStep](ctx, d, scope, crisisID, "CASE WHEN due_at = 0 THEN 1 ELSE 0 END, due_at, id")
}

// listOf reads what belongs to a crisis.
func listOf[T any](ctx context.Context, d *DB, scope Scope, crisisID, order string) ([]T, error) {
	c, err := d.CrisisRow(ctx, scope, crisisID)
	if err != nil {
		return nil, err
	}
	var out []T
	err = d.read.WithContext(ctx).Where("crisis_id = ?", c.ID).Order(order).Limit(1000).Find(&out).Error
	return out, translate(err)
}

// part runs a change of something that belongs to an open crisis and tells open consoles.
func (d *DB) part(ctx context.Context, by audit.Actor, crisisID string, fn func(tx *Tx, c Crisis) (objectID string, err error)) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.openRow(crisisID)
		if err != nil {
			return err
		}
		id, err := fn(tx, c)
		if err != nil {
			return err
		}
		return tx.announce("crisis", c.ClientID, c.ID, id)
	})
}

// AddStep adds a step. Errors: text_invalid, crisis_closed, not_found (person).
func (d *DB) AddStep(ctx context.Context, by audit.Actor, crisisID string, ch StepChange) (SolutionStep, error) {
	var s SolutionStep
	err := d.part(ctx, by, crisisID, func(tx *Tx, c Crisis) (string, error) {
		s = SolutionStep{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, CreatedAt: tx.now}
		if ch.Text == nil {
			ch.Text = new(string)
		}
		if err := tx.fillStep(&s, ch); err != nil {
			return "", err
		}
		tx.recordOn(c, audit.StepAdded, s.ID, 0, "", audit.Private("text", "", nil, s.Text), audit.Set("owner", s.OwnerID), audit.Set("due_at", s.DueAt.Ptr()))
		return s.ID, tx.g.Create(&s).Error
	})
	return s, err
}

func (tx *Tx) fillStep(s *SolutionStep, ch StepChange) (err error) {
	if ch.Text != nil {
		if s.Text, err = checkLine("text", *ch.Text); err != nil {
			return err
		}
	}
	if ch.OwnerID != nil && *ch.OwnerID != s.OwnerID {
		if s.OwnerID = *ch.OwnerID; s.OwnerID != "" {
			if err := tx.mustBeEnabled(s.OwnerID); err != nil {
				return err
			}
		}
	}
	if ch.DueAt != nil {
		s.DueAt = AtOf(*ch.DueAt)
	}
	if ch.Done != nil && *ch.Done != !s.DoneAt.IsZero() {
		s.DoneAt = At{}
		if *ch.Done {
			s.DoneAt = tx.now
		}
	}
	return nil
}

// ChangeStep edits a step. Errors: text_invalid, crisis_closed, not_found.
func (d *DB) ChangeStep(ctx context.Context, by audit.Actor, crisisID, id string, ch StepChange) (SolutionStep, error) {
	var s SolutionStep
	err := d.part(ctx, by, crisisID, func(tx *Tx, c Crisis) (string, error) {
		if err := ofCrisis(tx.g, c, id).Take(&s).Error; err != nil {
			return "", missing(err, "step")
		}
		old := s
		if err := tx.fillStep(&s, ch); err != nil {
			return "", err
		}
		action := audit.StepUpdated
		if old.DoneAt.IsZero() && !s.DoneAt.IsZero() {
			action = audit.StepDone
		}
		tx.recordOn(c, action, s.ID, 0, "", audit.Private("text", "", old.Text, s.Text), audit.Changed("owner", old.OwnerID, s.OwnerID),
			audit.Changed("due_at", old.DueAt.Ptr(), s.DueAt.Ptr()), audit.Changed("done_at", old.DoneAt.Ptr(), s.DoneAt.Ptr()))
		return s.ID, tx.g.Select("text", "owner_id", "due_at", "done_at").Updates(&s).Error
	})
	return s, err
}

// ofCrisis finds one thing of a crisis by id.
func ofCrisis(g *gorm.DB, c Crisis, id string) *gorm.DB {
	return g.Where("id = ? AND crisis_id = ?", id, c.ID)
}
