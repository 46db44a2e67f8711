package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
)

// ClockCancelled is the stored state of a clock whose stage or wave was left
// while it still counted.
const ClockCancelled clock.State = "cancelled"

// Clock is one clock of one wave as the workflow last saved it.
type Clock struct {
	ID       string `gorm:"primaryKey"`
	ClientID string
	CrisisID string
	Wave     int64
	Kind     clock.Kind
	State    clock.State
	// DueAt is when it runs out; for a breached clock when it did; zero when it does not count.
	DueAt At
	Body  JSON[clock.Clock]
	Rev   int64
}

// SaveClocks is what a workflow saves: the clocks of a wave, and the kinds that
// are cancelled because their stage or wave was left.
type SaveClocks struct {
	CrisisID string
	Wave     int
	Clocks   []clock.Clock
	Cancel   []clock.Kind
}

// clockActions say which ledger action a line of a clock's own ledger is.
var clockActions = map[string]audit.Action{
	clock.WhyStarted: audit.ClockStarted, clock.WhyPaused: audit.ClockPaused, clock.WhyResumed: audit.ClockResumed,
	clock.WhyWarn50: audit.ClockWarned, clock.WhyWarn80: audit.ClockWarned, clock.WhyBreach: audit.ClockBreached,
	clock.WhyMet: audit.ClockMet, clock.WhyRearmed: audit.ClockRearmed, clock.WhyBreachWithdrawn: audit.ClockRearmed,
}

// SaveClocks stores clocks with a ledger entry for each line that is new. A
// save that knows less than the row, such as a late retry, changes nothing.
func (d *DB) SaveClocks(ctx context.Context, by audit.Actor, s SaveClocks) error {
	return d.Change(ctx, by, func(tx *Tx) error {
		c, err := tx.crisis(s.CrisisID)
		if err != nil {
			return err
		}
		for _, k := range s.Clocks {
			if err := tx.saveClock(c, int64(s.Wave), k); err != nil {
				return err
			}
		}
		for _, kind := range s.Cancel {
			if err := tx.cancelClock(c, int64(s.Wave), kind); err != nil {
				return err
			}
		}
		return tx.announce("crisis", c.ClientID, c.ID, c.ID)
	})
}

func (tx *Tx) clock(crisisID string, wave int64, kind clock.Kind) (Clock, error) {
	var row Clock
	err := tx.g.Where("crisis_id = ? AND wave = ? AND kind = ?", crisisID, wave, kind).Take(&row).Error
	return row, err
}

func (tx *Tx) saveClock(c Crisis, wave int64, k clock.Clock) error {
	row, err := tx.clock(c.ID, wave, k.Kind)
	fresh := errors.Is(err, gorm.ErrRecordNotFound)
	if err != nil && !fresh {
		return err
	}
	known := len(row.Body.V.Ledger)
	if !fresh && (known >= len(k.Ledger) || row.State == ClockCancelled) {
		return nil
	}
	if fresh {
		row = Clock{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, Wave: wave, Kind: k.Kind, Rev: 1}
	} else {
		row.Rev++
	}
	row.State, row.DueAt, row.Body = k.State, dueOf(k), JSONOf(k)
	if fresh {
		err = tx.g.Create(&row).Error
	} else {
		err = tx.g.Select("state", "due_at", "body", "rev").Updates(&row).Error
	}
	if err != nil {
		return err
	}
	for _, ch := range k.Ledger[known:] {
		tx.recordClock(c, row, ch)
		if k.Ended() {
			continue // a warning that is overtaken by the end helps nobody
		}
		if err := tx.warn(c, row, ch); err != nil {
			return err
		}
	}
	return nil
}

func dueOf(k clock.Clock) At {
	switch {
	case k.Due != nil:
		return AtOf(*k.Due)
	case k.State == clock.Breached && k.BreachedAt != nil:
		return AtOf(*k.BreachedAt)
	}
	return At{}
}

// recordClock writes one line of a clock into the crisis' chain, on behalf of
// whoever did it.
func (tx *Tx) recordClock(c Crisis, row Clock, ch clock.Change) {
	changes := []audit.Change{audit.Set("kind", row.Kind), audit.Changed("state", ch.From, ch.To), audit.Set("at", ch.At),
		audit.Set("left_seconds", int64(ch.Left/time.Second)), audit.Set("why", ch.Why)}
	if ch.Reason != "" {
		changes = append(changes, audit.Set("pause_reason", ch.Reason))
	}
	e := audit.Event{Stream: audit.CrisisStream(c.ID), Action: clockActions[ch.Why], ClientID: c.ClientID, Object: audit.Object{ID: row.ID}, Changes: changes}
	if ch.By != "" && ch.By != clock.BySystem {
		e.OnBehalfOf = ch.By
	}
	tx.Record(e)
}

// warn tells the lead that half or four fifths of a clock's time are used.
func (tx *Tx) warn(c Crisis, row Clock, ch clock.Change) error {
	if ch.Why != clock.WhyWarn50 && ch.Why != clock.WhyWarn80 {
		return nil
	}
	return tx.tellLead(c, "clock_warning", "warn:"+fmtInt(row.Wave)+":"+string(row.Kind)+":"+ch.Why+":"+fmtInt(ch.At.UnixMicro()), map[string]string{
		"clock": string(row.Kind), "percent": map[string]string{clock.WhyWarn50: "50", clock.WhyWarn80: "80"}[ch.Why], "due_at": row.DueAt.Format(time.RFC3339)})
}

func (tx *Tx) cancelClock(c Crisis, wave int64, kind clock.Kind) error {
	row, err := tx.clock(c.ID, wave, kind)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err != nil || row.State == ClockCancelled || row.State == clock.Met || row.State == clock.Breached && row.DueAt.IsZero() {
		return err
	}
	to := ClockCancelled
	if row.State == clock.Breached { // that it ran out stays true; only nobody waits for it any more
		to = clock.Breached
	}
	err = tx.g.Model(&Clock{}).Where("id = ? AND rev = ?", row.ID, row.Rev).
		Updates(map[string]any{"state": to, "due_at": At{}, "rev": row.Rev + 1}).Error
	tx.recordOn(c, audit.ClockCancelled, row.ID, 0, "", audit.Set("kind", kind), audit.Changed("state", row.State, to))
	return err
}

// clocksOf lists the clocks of a crisis' waves, this one first, without cancelled ones.
func clocksOf(g *gorm.DB, crisisID string) ([]Clock, error) {
	var out []Clock
	err := g.Where("crisis_id = ? AND state <> ?", crisisID, ClockCancelled).Order("wave DESC, id").Find(&out).Error
	return out, err
}
