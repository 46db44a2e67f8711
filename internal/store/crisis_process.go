package store

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// CrisisNow is where a crisis stands after a process command; the workflow
// takes it over as its own state.
type CrisisNow struct {
	Status   crisis.Status   `json:"status"`
	Stage    crisis.Stage    `json:"stage"`
	Severity crisis.Severity `json:"severity"`
	Wave     int             `json:"wave"`
	// MovedBy is the id of who moved it last, MovedAt when.
	MovedBy string    `json:"moved_by"`
	MovedAt time.Time `json:"moved_at"`
	// WaveStart is what the wave's clocks count from.
	WaveStart time.Time `json:"wave_start"`
	// ResolvedAt is when sustain was entered; zero before.
	ResolvedAt time.Time   `json:"resolved_at"`
	Reviews    []ReviewDue `json:"reviews,omitempty"`
}

// Command is what every process command carries.
type Command struct {
	CrisisID string
	// Key makes a second run of the same command give the first one's answer.
	Key string
	By  audit.Actor
	// RequestID ties the ledger entry to the request; may be empty.
	RequestID string
}

// process runs a command on the case: once for its key, on the locked row of an
// open crisis, and tells open consoles.
func (d *DB) process(ctx context.Context, cmd Command, fn func(tx *Tx, c *Crisis) error) (CrisisNow, error) {
	if cmd.RequestID != "" {
		ctx = WithRequestID(ctx, cmd.RequestID)
	}
	by, err := d.named(ctx, cmd.By)
	if err != nil {
		return CrisisNow{}, err
	}
	var now CrisisNow
	err = d.Change(ctx, by, func(tx *Tx) error {
		// The row is locked before the key is looked up, so that a second run waits
		// for the first one's answer instead of finding the stage moved.
		c, err := tx.crisis(cmd.CrisisID)
		if err != nil {
			return err
		}
		now, err = once(tx, cmd.Key, func() (CrisisNow, error) {
			if err := fn(tx, &c); err != nil {
				return CrisisNow{}, err
			}
			if err := tx.announce("crisis", c.ClientID, c.ID, c.ID); err != nil {
				return CrisisNow{}, err
			}
			return tx.nowOf(c)
		})
		return err
	})
	return now, err
}

// named adds a person's name to an actor that comes from a workflow, where no
// names travel.
func (d *DB) named(ctx context.Context, by audit.Actor) (audit.Actor, error) {
	if by.Type != audit.ActorUser || by.Name != "" {
		return by, nil
	}
	err := d.read.WithContext(ctx).Raw("SELECT name FROM users WHERE id = ?", by.ID).Scan(&by.Name).Error
	return by, translate(err)
}

// move writes what a command decided, compare-and-set on the row's revision.
func (tx *Tx) move(c *Crisis, columns map[string]any) error {
	columns["rev"], columns["stage_moved_by"] = c.Rev+1, tx.by.ID
	res := tx.g.Model(&Crisis{}).Where("id = ? AND rev = ?", c.ID, c.Rev).Updates(columns)
	if res.Error != nil {
		return res.Error
	}
	if res.RowsAffected != 1 {
		return StageMoved(*c)
	}
	return tx.g.Where("id = ?", c.ID).Take(c).Error
}

// StageMoved tells the one who came second what happened instead.
func StageMoved(c Crisis) *fault.Error {
	return fault.New(fault.Conflict, "stage_moved", "Somebody else was faster: the crisis is at stage %s, severity %d, %s.", c.Stage, int(c.Severity), c.Status).
		With("stage", c.Stage).With("severity", c.Severity).With("status", c.Status).With("by", c.StageMovedBy).With("at", c.StageEnteredAt.Time)
}

func (tx *Tx) nowOf(c Crisis) (CrisisNow, error) {
	start, err := tx.waveStart(c)
	if err != nil {
		return CrisisNow{}, err
	}
	reviews, err := reviewsOf(tx.g, c)
	if err != nil {
		return CrisisNow{}, err
	}
	now := CrisisNow{Status: c.Status, Stage: c.Stage, Severity: c.Severity, Wave: int(c.Wave), MovedBy: c.StageMovedBy, MovedAt: tx.now.Time,
		WaveStart: start.Time, ResolvedAt: c.ResolvedAt.Time}
	for _, r := range reviews {
		now.Reviews = append(now.Reviews, ReviewDue{ID: r.ID, Days: int(r.OffsetDays), DueAt: r.DueAt.Time, Decided: r.State != ReviewOpen})
	}
	return now, nil
}

// minReason is how many characters a written reason needs.
const minReason = crisis.MinReason

func checkReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) < minReason {
		return "", fault.New(fault.Invalid, "reason_short", "Write why, in at least %d characters.", minReason).
			WithFields(fault.Field{Location: "body.reason", Message: "is too short"})
	}
	return reason, nil
}

// ChangeSeverity sets another severity than expected, or confirms it. Errors:
// crisis_closed, stage_moved, unknown_severity, reason_short.
func (d *DB) ChangeSeverity(ctx context.Context, cmd Command, expected, to crisis.Severity, reason string) (CrisisNow, error) {
	return d.process(ctx, cmd, func(tx *Tx, c *Crisis) error {
		if c.Status != crisis.Open || c.Severity != expected {
			return StageMoved(*c)
		}
		if _, err := crisis.SeverityOf(int(to)); err != nil {
			return err
		}
		action := audit.CrisisSeverityConfirmed
		if to != expected {
			var err error
			if reason, err = checkReason(reason); err != nil {
				return err
			}
			action = audit.CrisisSeverityChanged
		}
		if err := tx.move(c, map[string]any{"severity": to, "severity_confirmed": true}); err != nil {
			return err
		}
		tx.recordCrisis(*c, action, strings.TrimSpace(reason), audit.Changed("severity", expected, to))
		if to.WorseThan(expected) {
			if err := tx.recallWeaker(*c, to); err != nil {
				return err
			}
		}
		if err := tx.finishKind(*c, "severity"); err != nil {
			return err
		}
		if to == expected || c.LeadID == tx.by.ID {
			return nil
		}
		return tx.tellLead(*c, "severity_changed", "severity:"+cmd.Key, map[string]string{"from": expected.Key(), "to": to.Key()})
	})
}

// HandOver gives the crisis to another lead. Errors: crisis_closed, lead_without_role.
func (d *DB) HandOver(ctx context.Context, cmd Command, leadID string) (CrisisNow, error) {
	return d.process(ctx, cmd, func(tx *Tx, c *Crisis) error {
		if c.Status != crisis.Open {
			return crisisClosed()
		}
		if err := tx.mayLead(leadID, c.ClientID); err != nil {
			return err
		}
		before := c.LeadID
		if err := tx.move(c, map[string]any{"lead_id": leadID}); err != nil {
			return err
		}
		tx.recordCrisis(*c, audit.CrisisLeadChanged, "", audit.Changed("lead", before, leadID))
		return tx.tellLead(*c, "lead_assigned", "lead:"+cmd.Key, nil)
	})
}

// mayLead refuses people who have no role for the client: they could not open
// what they are to lead.
func (tx *Tx) mayLead(userID, clientID string) error {
	for _, role := range []crisis.Role{crisis.RoleAdmin, crisis.RoleAccountManager, crisis.RoleAnalyst, crisis.RoleWriter} {
		users, err := tx.withRole(role, clientID)
		if err != nil || slices.Contains(users, userID) {
			return err
		}
	}
	return fault.New(fault.Invalid, "lead_without_role", "This person has no role for the client.").
		WithFields(fault.Field{Location: "body.lead_id", Message: "has no role for the client"})
}

// ClientCalendar is the working calendar of a client.
func (d *DB) ClientCalendar(ctx context.Context, clientID string) (clock.Config, error) {
	c, err := d.Client(ctx, clientID)
	if err != nil {
		return clock.Config{}, err
	}
	return c.Calendar(), nil
}
