package store

import (
	"context"
	"time"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// triage runs fn on an alert that nobody has decided on yet and stores it.
// Errors: not_found, alert_decided.
func (d *DB) triage(ctx context.Context, by audit.Actor, id string, fn func(*Tx, *Alert) error) (Alert, error) {
	var a Alert
	err := d.Change(ctx, by, func(tx *Tx) error {
		a = Alert{}
		if err := tx.locked(tx.g.Where("id = ?", id)).Take(&a).Error; err != nil {
			return missing(err, "alert")
		}
		if err := undecided(a); err != nil {
			return err
		}
		if err := fn(tx, &a); err != nil {
			return err
		}
		return tx.announce("alert", a.ClientID, a.CrisisID, a.ID)
	})
	return a, err
}

func (tx *Tx) decideAlert(a *Alert, state string) error {
	a.State, a.DecidedBy, a.DecidedAt, a.Rev = state, tx.by.ID, tx.now, a.Rev+1
	return tx.g.Select("state", "decided_by", "decided_at", "reason", "note", "crisis_id", "snoozed_until", "rev").Updates(a).Error
}

// OpenFromAlert opens a crisis from an alert. Title, severity, lead and type come from open.
func (d *DB) OpenFromAlert(ctx context.Context, by audit.Actor, id string, open OpenCrisis) (Crisis, error) {
	var c Crisis
	_, err := d.triage(ctx, by, id, func(tx *Tx, a *Alert) (err error) {
		c, err = tx.openFromAlert(a, open)
		return err
	})
	return c, err
}

func (tx *Tx) openFromAlert(a *Alert, open OpenCrisis) (Crisis, error) {
	open.ClientID, open.AlertID = a.ClientID, a.ID
	open.FirstMentionAt = a.Evidence.V.FirstMentionAt
	open.Proposed, open.Reasons = crisis.Severity(a.SeverityProposed), a.Evidence.V.Reasons
	open.Verdict = &a.Verdict.V
	c, err := tx.openCrisis(open)
	if err != nil {
		return c, err
	}
	a.CrisisID = c.ID
	tx.Record(audit.Event{Stream: audit.CrisisStream(c.ID), Action: audit.AlertOpened, ClientID: a.ClientID, Object: audit.Object{ID: a.ID},
		Changes: []audit.Change{audit.Set("crisis", c.ID)}})
	return c, tx.decideAlert(a, AlertOpened)
}

// AttachAlert makes an alert part of an open crisis of the same client. Errors:
// not_found, crisis_closed.
func (d *DB) AttachAlert(ctx context.Context, by audit.Actor, id, crisisID string) (Alert, error) {
	return d.triage(ctx, by, id, func(tx *Tx, a *Alert) error {
		var c Crisis
		if err := tx.locked(tx.g.Where("(id = ? OR number = ?) AND client_id = ?", crisisID, crisisID, a.ClientID)).Take(&c).Error; err != nil {
			return missing(err, "crisis")
		}
		if c.Status != crisis.Open {
			return fault.New(fault.Conflict, "crisis_closed", "The crisis is closed: re-open it, or open a new one.")
		}
		a.CrisisID = c.ID
		tx.Record(audit.Event{Stream: audit.CrisisStream(c.ID), Action: audit.AlertAttached, ClientID: a.ClientID, Object: audit.Object{ID: a.ID},
			Changes: []audit.Change{audit.Set("crisis", c.ID)}})
		if err := tx.decideAlert(a, AlertAttached); err != nil {
			return err
		}
		return tx.announce("crisis", a.ClientID, c.ID, c.ID)
	})
}

const (
	shortestSnooze = time.Minute
	longestSnooze  = 24 * time.Hour
)

// SnoozeAlert silences an alert for a while; a worse severity wakes it before.
// Errors: snooze_length.
func (d *DB) SnoozeAlert(ctx context.Context, by audit.Actor, id string, length time.Duration) (Alert, error) {
	if length < shortestSnooze || length > longestSnooze {
		return Alert{}, fault.New(fault.Invalid, "snooze_length", "An alert can be snoozed for one minute to 24 hours.").
			WithFields(fault.Field{Location: "body.minutes", Message: "is not between 1 and 1440"})
	}
	return d.triage(ctx, by, id, func(tx *Tx, a *Alert) error {
		a.SnoozedUntil = AtOf(tx.now.Add(length))
		tx.Record(audit.Event{Stream: audit.ClientStream(a.ClientID), Action: audit.AlertSnoozed, ClientID: a.ClientID, Object: audit.Object{ID: a.ID},
			Changes: []audit.Change{audit.Set("until", a.SnoozedUntil.Time)}})
		return tx.decideAlert(a, AlertSnoozed)
	})
}

// The reasons for which an alert may be dismissed.
var dismissals = map[string]bool{"not_negative": true, "known_event": true, "spam": true, "too_small": true, "other": true}

// DismissAlert ends an alert without a crisis; the reason feeds later tuning.
// Errors: dismissal_reason, dismissal_note.
func (d *DB) DismissAlert(ctx context.Context, by audit.Actor, id, reason, note string) (Alert, error) {
	if !dismissals[reason] {
		return Alert{}, fault.New(fault.Invalid, "dismissal_reason", "Say why: not_negative, known_event, spam, too_small or other.").
			WithFields(fault.Field{Location: "body.reason", Message: "is not known"})
	}
	if reason == "other" && note == "" {
		return Alert{}, fault.New(fault.Invalid, "dismissal_note", "Say in a sentence why the alert is dismissed.").
			WithFields(fault.Field{Location: "body.note", Message: "is empty"})
	}
	return d.triage(ctx, by, id, func(tx *Tx, a *Alert) error {
		a.Reason, a.Note = reason, note
		written := reason
		if note != "" {
			written += ": " + note
		}
		tx.Record(audit.Event{Stream: audit.ClientStream(a.ClientID), Action: audit.AlertDismissed, ClientID: a.ClientID, Object: audit.Object{ID: a.ID},
			Reason: written, Changes: []audit.Change{audit.Set("reason", reason)}})
		return tx.decideAlert(a, AlertDismissed)
	})
}

// WakeAlerts opens snoozed alerts whose time is over, and tells people again.
func (d *DB) WakeAlerts(ctx context.Context, by audit.Actor) error {
	var ids []string
	if err := d.read.WithContext(ctx).Raw("SELECT id FROM alerts WHERE state = ? AND snoozed_until <= ?", AlertSnoozed, d.Now()).Scan(&ids).Error; err != nil {
		return translate(err)
	}
	for _, id := range ids {
		err := d.Change(ctx, by, func(tx *Tx) error {
			var a Alert
			if err := tx.locked(tx.g.Where("id = ? AND state = ? AND snoozed_until <= ?", id, AlertSnoozed, tx.now)).Limit(1).Find(&a).Error; err != nil || a.ID == "" {
				return err
			}
			until := a.SnoozedUntil
			a.State, a.SnoozedUntil, a.Rev = AlertOpen, At{}, a.Rev+1
			if err := tx.g.Select("state", "snoozed_until", "rev").Updates(&a).Error; err != nil {
				return err
			}
			tx.Record(audit.Event{Stream: audit.ClientStream(a.ClientID), Action: audit.AlertRaised, ClientID: a.ClientID, Object: audit.Object{ID: a.ID, Version: a.Rev},
				Changes: []audit.Change{audit.Set("snoozed_until", until.Time)}})
			return tx.announce("alert", a.ClientID, "", a.ID)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
