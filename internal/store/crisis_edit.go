package store

import (
	"context"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/fault"
)

// What may happen to everything that was already scheduled.
const (
	ScheduleHold   = "hold"
	ScheduleLetRun = "let_run"
)

// edit changes columns of an open crisis that belong to people, not to the process.
func (d *DB) edit(ctx context.Context, by audit.Actor, crisisID string, fn func(tx *Tx, c Crisis) (map[string]any, error)) (Crisis, error) {
	var c Crisis
	err := d.Change(ctx, by, func(tx *Tx) (err error) {
		if c, err = tx.openRow(crisisID); err != nil {
			return err
		}
		columns, err := fn(tx, c)
		if err != nil || len(columns) == 0 {
			return err
		}
		columns["rev"] = gorm.Expr("rev + 1")
		if err := tx.g.Model(&Crisis{}).Where("id = ?", c.ID).Updates(columns).Error; err != nil {
			return err
		}
		if err := tx.g.Where("id = ?", c.ID).Take(&c).Error; err != nil {
			return err
		}
		return tx.announce("crisis", c.ClientID, c.ID, c.ID)
	})
	return c, err
}

// RenameCrisis gives another title. rev is the revision that the editor saw; 0
// skips the check. Errors: crisis_title, stale, crisis_closed.
func (d *DB) RenameCrisis(ctx context.Context, by audit.Actor, crisisID, title string, rev int64) (Crisis, error) {
	title, err := checkTitle(title)
	if err != nil {
		return Crisis{}, err
	}
	return d.edit(ctx, by, crisisID, func(tx *Tx, c Crisis) (map[string]any, error) {
		if rev != 0 && rev != c.Rev {
			return nil, fault.New(fault.Stale, "stale", "Somebody changed the crisis in the meantime.").
				With("changed_at", c.LastEventAt.Time).With("current", map[string]any{"title": c.Title, "rev": c.Rev})
		}
		if title == c.Title {
			return nil, nil
		}
		tx.recordCrisis(c, audit.CrisisUpdated, "", audit.Private("title", "", c.Title, title))
		return map[string]any{"title": title}, nil
	})
}

// WaiveAcknowledgement records that no first acknowledgement is needed, and
// why; it meets the acknowledgement's clock. Errors: reason_short, crisis_closed.
func (d *DB) WaiveAcknowledgement(ctx context.Context, by audit.Actor, crisisID, reason string) (Crisis, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Crisis{}, err
	}
	return d.edit(ctx, by, crisisID, func(tx *Tx, c Crisis) (map[string]any, error) {
		if c.AckWaivedReason == reason {
			return nil, nil
		}
		tx.recordCrisis(c, audit.AcknowledgementWaived, reason, audit.Set("wave", c.Wave))
		if err := tx.finishKind(c, "acknowledge"); err != nil {
			return nil, err
		}
		return map[string]any{"ack_waived_reason": reason}, tellWorkflow(tx, WorkflowCrisis, c.ID, FactAcknowledged, "")
	})
}

// DecideSchedule records what happens to everything that was already scheduled.
// Errors: unknown_decision, crisis_closed.
func (d *DB) DecideSchedule(ctx context.Context, by audit.Actor, crisisID, decision, reason string) (Crisis, error) {
	if decision != ScheduleHold && decision != ScheduleLetRun {
		return Crisis{}, fault.New(fault.Invalid, "unknown_decision", "Scheduled items are held, or let run.").
			WithFields(fault.Field{Location: "body.decision", Message: "is neither hold nor let_run"})
	}
	return d.edit(ctx, by, crisisID, func(tx *Tx, c Crisis) (map[string]any, error) {
		tx.recordCrisis(c, audit.ScheduleDecided, reason, audit.Changed("decision", c.ScheduleDecision, decision))
		return map[string]any{"schedule_decision": decision, "schedule_reason": reason}, tx.finishKind(c, "scheduled")
	})
}

// WriteLessons keeps what the next crisis should be handled with. Errors: crisis_closed.
func (d *DB) WriteLessons(ctx context.Context, by audit.Actor, crisisID, lessons, change string) (Crisis, error) {
	return d.edit(ctx, by, crisisID, func(tx *Tx, c Crisis) (map[string]any, error) {
		columns := map[string]any{}
		if lessons != c.Lessons {
			columns["lessons"] = lessons
			tx.recordOn(c, audit.LessonWritten, c.ID, 0, "", audit.Private("text", "", c.Lessons, lessons))
		}
		if change != c.PlaybookChange {
			columns["playbook_change"] = change
			tx.recordOn(c, audit.PlaybookProposed, c.PlaybookID, c.PlaybookVersion, "", audit.Private("change", "", c.PlaybookChange, change))
		}
		if lessons == "" || change == "" {
			return columns, nil
		}
		return columns, tx.finishKind(c, "lessons")
	})
}

// CrisisRow reads one crisis by id or number. Errors: not_found, also when the
// scope does not see its client.
func (d *DB) CrisisRow(ctx context.Context, scope Scope, id string) (Crisis, error) {
	var c Crisis
	err := scope.on(whereCrisis(d.read.WithContext(ctx), id), "client_id").Take(&c).Error
	return c, translate(missing(err, "crisis"))
}
