package store

import (
	"context"
	"slices"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/fault"
)

// The states of a handoff.
const (
	HandoffOpen     = "open"
	HandoffAnswered = "answered"
	HandoffClosed   = "closed"
)

// Handoff is one public conversation that moved to a private channel.
type Handoff struct {
	ID        string `gorm:"primaryKey"`
	ClientID  string
	CrisisID  string
	MentionID string
	Title     string
	Channel   string
	OwnerID   string
	State     string
	OpenedAt  At
	// LimitAt is by when it must be answered.
	LimitAt    At
	AnsweredAt At
	ClosedAt   At
	Outcome    string
}

// HandoffChange is an edit of a handoff, or a new one; nil fields stay as they are.
type HandoffChange struct {
	MentionID, Title, Channel, OwnerID, State, Outcome *string
}

// Handoffs lists the private conversations, open ones first.
func (d *DB) Handoffs(ctx context.Context, scope Scope, crisisID string) ([]Handoff, error) {
	return listOf[Handoff](ctx, d, scope, crisisID, "CASE state WHEN 'open' THEN 0 WHEN 'answered' THEN 1 ELSE 2 END, limit_at, id")
}

// OpenHandoff moves a conversation to a private channel; its limit is the
// playbook's time for a private answer. Errors: text_invalid, not_found
// (mention, person), crisis_closed.
func (d *DB) OpenHandoff(ctx context.Context, by audit.Actor, crisisID string, ch HandoffChange) (Handoff, error) {
	var h Handoff
	err := d.part(ctx, by, crisisID, func(tx *Tx, c Crisis) (string, error) {
		h = Handoff{ID: NewID(), ClientID: c.ClientID, CrisisID: c.ID, State: HandoffOpen, OpenedAt: tx.now}
		for _, p := range []**string{&ch.Title, &ch.Channel} {
			if *p == nil {
				*p = new(string)
			}
		}
		ch.State = nil
		if err := tx.fillHandoff(c, &h, ch); err != nil {
			return "", err
		}
		limit, err := tx.answerBy(c)
		if err != nil {
			return "", err
		}
		h.LimitAt = limit
		tx.recordOn(c, audit.HandoffOpened, h.ID, 0, "", audit.Private("title", "", nil, h.Title), audit.Set("channel", h.Channel),
			audit.Set("owner", h.OwnerID), audit.Set("mention", h.MentionID), audit.Set("limit_at", h.LimitAt.Time))
		return h.ID, tx.g.Create(&h).Error
	})
	return h, err
}

// answerBy is by when a conversation that is handed off now must be answered.
func (tx *Tx) answerBy(c Crisis) (At, error) {
	plan, err := pinnedPlaybook(tx.g, c)
	if err != nil {
		return At{}, err
	}
	spec, ok := plan.Clock(clock.PrivateAnswer, c.Severity)
	if !ok {
		spec.Budget, spec.Follows = crisis.DefaultBudget(clock.PrivateAnswer, c.Severity), c.Severity.FollowsCalendar()
	}
	cal, err := calendarOf(tx.g, c.ClientID)
	if err != nil {
		return At{}, err
	}
	if !spec.Follows {
		cal = clock.Always(cal.Location())
	}
	return AtOf(cal.Add(tx.now.Time, spec.Budget)), nil
}

func (tx *Tx) fillHandoff(c Crisis, h *Handoff, ch HandoffChange) (err error) {
	if ch.Title != nil {
		if h.Title, err = checkLine("title", *ch.Title); err != nil {
			return err
		}
	}
	if ch.Channel != nil {
		if h.Channel, err = checkLine("channel", *ch.Channel); err != nil {
			return err
		}
	}
	if ch.MentionID != nil && *ch.MentionID != "" {
		var n int64
		if err := tx.g.Raw("SELECT COUNT(*) FROM mentions WHERE id = ? AND client_id = ?", *ch.MentionID, c.ClientID).Scan(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return notFound("mention")
		}
		h.MentionID = *ch.MentionID
	}
	if ch.OwnerID != nil && *ch.OwnerID != h.OwnerID {
		if h.OwnerID = *ch.OwnerID; h.OwnerID != "" {
			if err := tx.mustBeEnabled(h.OwnerID); err != nil {
				return err
			}
		}
	}
	if ch.Outcome != nil {
		h.Outcome = *ch.Outcome
	}
	return nil
}

// handoffOrder is the only way through the states; none is gone back.
var handoffOrder = []string{HandoffOpen, HandoffAnswered, HandoffClosed}

// ChangeHandoff edits a handoff. The first answer of the crisis meets the
// private answer's clock. Errors: handoff_order, unknown_state, crisis_closed, not_found.
func (d *DB) ChangeHandoff(ctx context.Context, by audit.Actor, crisisID, id string, ch HandoffChange) (Handoff, error) {
	var h Handoff
	err := d.part(ctx, by, crisisID, func(tx *Tx, c Crisis) (string, error) {
		if err := ofCrisis(tx.g, c, id).Take(&h).Error; err != nil {
			return "", missing(err, "handoff")
		}
		old := h
		if err := tx.fillHandoff(c, &h, ch); err != nil {
			return "", err
		}
		if ch.State != nil && *ch.State != h.State {
			if err := tx.moveHandoff(c, &h, *ch.State); err != nil {
				return "", err
			}
		}
		action := audit.HandoffOpened
		switch h.State {
		case HandoffAnswered:
			action = audit.HandoffAnswered
		case HandoffClosed:
			action = audit.HandoffClosed
		}
		tx.recordOn(c, action, h.ID, 0, "", audit.Changed("state", old.State, h.State), audit.Private("title", "", old.Title, h.Title),
			audit.Private("outcome", "", old.Outcome, h.Outcome), audit.Changed("owner", old.OwnerID, h.OwnerID))
		return h.ID, tx.g.Select("mention_id", "title", "channel", "owner_id", "state", "answered_at", "closed_at", "outcome").Updates(&h).Error
	})
	return h, err
}

func (tx *Tx) moveHandoff(c Crisis, h *Handoff, state string) error {
	to := slices.Index(handoffOrder, state)
	if to < 0 {
		return fault.New(fault.Invalid, "unknown_state", "A handoff is open, answered or closed.")
	}
	if to < slices.Index(handoffOrder, h.State) {
		return fault.New(fault.Conflict, "handoff_order", "A conversation that was answered or closed is not opened again: open another one.")
	}
	h.State = state
	if state == HandoffClosed {
		h.ClosedAt = tx.now
	}
	if !h.AnsweredAt.IsZero() {
		return nil
	}
	h.AnsweredAt = tx.now
	return tellWorkflow(tx, WorkflowCrisis, c.ID, FactPrivatelyAnswered, h.ID)
}
