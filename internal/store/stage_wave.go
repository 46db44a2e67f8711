package store

import (
	"context"
	"strconv"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

func fmtInt(n int64) string { return strconv.FormatInt(n, 10) }

// StartWave takes an open crisis back to stage 1 or 2 as its next wave; what
// the wave before did stays. Errors: crisis_closed, reopen_refused, reason_short.
func (d *DB) StartWave(ctx context.Context, cmd Command, at crisis.Stage, reason string) (CrisisNow, error) {
	return d.process(ctx, cmd, func(tx *Tx, c *Crisis) error {
		if c.Status != crisis.Open {
			return crisisClosed()
		}
		reason, err := checkReason(reason)
		if err != nil {
			return err
		}
		return tx.newWave(c, at, audit.CrisisWaveStarted, reason, nil)
	})
}

// Reopen opens a closed crisis again as its next wave and has its workflow
// started. Errors: crisis_open, reopen_refused, reason_short.
func (d *DB) Reopen(ctx context.Context, by audit.Actor, crisisID string, at crisis.Stage, reason string) (Crisis, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return Crisis{}, err
	}
	var c Crisis
	err = d.Change(ctx, by, func(tx *Tx) (err error) {
		if c, err = tx.crisis(crisisID); err != nil {
			return err
		}
		if c.Status != crisis.Closed {
			return fault.New(fault.Conflict, "crisis_open", "The crisis is open: start a new wave instead.")
		}
		if err := tx.newWave(&c, at, audit.CrisisReopened, reason, map[string]any{"run": c.Run + 1, "closed_at": At{}}); err != nil {
			return err
		}
		if err := tellWorkflow(tx, WorkflowCrisis, c.ID, FactReopened, fmtInt(c.Run)); err != nil {
			return err
		}
		return tx.announce("crisis", c.ClientID, c.ID, c.ID)
	})
	return c, err
}

// newWave moves the row to the next wave. What belonged to the last one, such
// as "no acknowledgement needed", must be decided anew.
func (tx *Tx) newWave(c *Crisis, at crisis.Stage, action audit.Action, reason string, more map[string]any) error {
	to, err := c.Position().Reopen(at)
	if err != nil {
		return err
	}
	plan, err := pinnedPlaybook(tx.g, *c)
	if err != nil {
		return err
	}
	err = tx.g.Model(&CrisisStage{}).Where("crisis_id = ? AND wave = ? AND left_at = 0", c.ID, c.Wave).
		Updates(map[string]any{"left_at": tx.now, "left_by": tx.by.ID}).Error
	if err != nil {
		return err
	}
	columns := map[string]any{"status": to.Status, "stage": to.Stage, "wave": to.Wave, "stage_entered_at": tx.now, "severity_confirmed": false,
		"ack_waived_reason": "", "schedule_decision": "", "schedule_reason": "", "resolved_at": At{}}
	for k, v := range more {
		columns[k] = v
	}
	if err := tx.move(c, columns); err != nil {
		return err
	}
	tx.recordCrisis(*c, action, reason, audit.Set("wave", c.Wave), audit.Set("stage", c.Stage))
	if err := tx.enterStage(*c, plan); err != nil {
		return err
	}
	if err := tx.finishKind(*c, taskKindTriage); err != nil {
		return err
	}
	return tx.tellLead(*c, "wave_started", "wave:"+fmtInt(c.Wave), map[string]string{"wave": fmtInt(c.Wave), "stage": string(c.Stage)})
}
