package store

import (
	"context"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/playbook"
)

// LeaveStage leaves the stage that the person saw.
type LeaveStage struct {
	Expected crisis.Stage
	// OverrideReason passes the gate with something missing, if MayOverride.
	OverrideReason string
	MayOverride    bool
}

// LeaveStage takes the crisis to its next stage; leaving sustain closes it. The
// gate is asked inside the change. Errors: stage_moved, gate_missing with
// details.missing, gate_override_forbidden, gate_reason_short.
func (d *DB) LeaveStage(ctx context.Context, cmd Command, l LeaveStage) (CrisisNow, error) {
	return d.process(ctx, cmd, func(tx *Tx, c *Crisis) error {
		if c.Status != crisis.Open || c.Stage != l.Expected {
			return StageMoved(*c)
		}
		missing, err := tx.missingAt(*c)
		if err != nil {
			return err
		}
		if err := passGate(missing, l); err != nil {
			return err
		}
		plan, err := pinnedPlaybook(tx.g, *c)
		if err != nil {
			return err
		}
		if err := tx.leftStage(*c, missing, l.OverrideReason); err != nil {
			return err
		}
		next, more := c.Stage.Next()
		if !more {
			return tx.close(c)
		}
		return tx.advance(c, next, plan)
	})
}

// passGate is crisis.CheckOverride with the code that the API promises.
func passGate(missing []crisis.Missing, l LeaveStage) error {
	err := crisis.CheckOverride(missing, l.OverrideReason, l.MayOverride)
	if f, ok := fault.As(err); ok && f.Code == "gate_not_met" {
		return fault.New(fault.Invalid, "gate_missing", "%s", f.Message).With("missing", missing)
	}
	return err
}

// leftStage closes the stage's row and, when something was missing, says so.
func (tx *Tx) leftStage(c Crisis, missing []crisis.Missing, reason string) error {
	if missing == nil {
		missing = []crisis.Missing{}
	}
	overridden := len(missing) > 0
	if !overridden {
		reason = ""
	}
	err := tx.g.Model(&CrisisStage{}).Where("crisis_id = ? AND wave = ? AND stage = ?", c.ID, c.Wave, c.Stage).
		Updates(map[string]any{"left_at": tx.now, "left_by": tx.by.ID, "overridden": overridden, "override_reason": reason, "missing": JSONOf(missing)}).Error
	if err != nil {
		return err
	}
	if overridden {
		codes := make([]string, 0, len(missing))
		for _, m := range missing {
			codes = append(codes, m.Code)
		}
		tx.recordCrisis(c, audit.CrisisGateOverridden, reason, audit.Set("stage", c.Stage), audit.Set("missing", codes))
	}
	tx.recordCrisis(c, audit.CrisisStageLeft, "", audit.Set("stage", c.Stage), audit.Set("wave", c.Wave))
	return nil
}

// advance enters the next stage. Entering sustain resolves the crisis and dates its reviews.
func (tx *Tx) advance(c *Crisis, next crisis.Stage, plan playbook.Playbook) error {
	to, err := c.Position().Advance(next)
	if err != nil {
		return err
	}
	columns := map[string]any{"stage": to.Stage, "stage_entered_at": tx.now}
	if next == crisis.Sustain {
		columns["resolved_at"] = tx.now
	}
	if err := tx.move(c, columns); err != nil {
		return err
	}
	if err := tx.enterStage(*c, plan); err != nil {
		return err
	}
	if next == crisis.Sustain {
		if err := tx.scheduleReviews(*c, plan.Reviews); err != nil {
			return err
		}
	}
	if c.LeadID == tx.by.ID {
		return nil
	}
	return tx.tellLead(*c, "stage_entered", "stage:"+string(next)+":"+fmtInt(c.Wave), map[string]string{"stage": string(next)})
}

func (tx *Tx) close(c *Crisis) error {
	to, err := c.Position().Close()
	if err != nil {
		return err
	}
	if err := tx.move(c, map[string]any{"status": to.Status, "closed_at": tx.now}); err != nil {
		return err
	}
	tx.recordCrisis(*c, audit.CrisisClosed, "", audit.Set("wave", c.Wave))
	if err := tx.recallAll(*c); err != nil {
		return err
	}
	return tx.tellLead(*c, "crisis_closed", "closed:"+fmtInt(c.Run), nil)
}
