package clock

import (
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// Event is what time itself does to a clock.
type Event string

// The events, in the order they come.
const (
	EventWarn50 Event = "warn_50"
	EventWarn80 Event = "warn_80"
	EventBreach Event = "breach"
)

// NextEvent gives the next thing that time will do and its absolute instant, so
// that a workflow can sleep until then and call Advance. ok is false when the
// clock is paused or has ended.
func (c Clock) NextEvent() (e Event, at time.Time, ok bool) {
	switch {
	case c.Since == nil:
		return "", time.Time{}, false
	case c.Warned < 50 && c.Warn50.Before(*c.Due):
		return EventWarn50, *c.Warn50, true
	case c.Warned < 80 && c.Warn80.Before(*c.Due):
		return EventWarn80, *c.Warn80, true
	default:
		return EventBreach, *c.Due, true
	}
}

// Advance applies everything that time did up to and including now and lists
// it. Each event is told once; a clock that was not looked at for long tells
// only the last of what it missed, so that nobody is warned of the past, while
// the ledger keeps every step.
func (c Clock) Advance(now time.Time) (Clock, []Event) {
	var last []Event
	for {
		e, at, ok := c.NextEvent()
		if !ok || at.After(now) {
			return c, last
		}
		last = []Event{e}
		switch e {
		case EventWarn50:
			c.Warned = 50
			c = c.record(at, Warned50, WhyWarn50, BySystem)
		case EventWarn80:
			c.Warned = 80
			c = c.record(at, Warned80, WhyWarn80, BySystem)
		default:
			c.Left, c.BreachedAt = 0, &at
			c.Since, c.Warn50, c.Warn80, c.Due = nil, nil, nil, nil
			c = c.record(at, Breached, WhyBreach, BySystem)
		}
	}
}

// Pause stops the count while somebody else is waited for. Errors:
// clock_not_running, pause_reason_unknown.
func (c Clock) Pause(at time.Time, reason PauseReason, cal Calendar, by string) (Clock, error) {
	if reason != WaitingClient && reason != WaitingLegal {
		return c, fault.New(fault.Invalid, "pause_reason_unknown", "A clock is paused while waiting for the client or for legal advice.")
	}
	c, _ = c.Advance(at)
	if c.Since == nil {
		return c, fault.New(fault.Conflict, "clock_not_running", "The clock is not running: it is %s.", c.State)
	}
	c = c.halt(at, cal)
	c.Reason = reason
	return c.record(at, Paused, WhyPaused, by), nil
}

// Resume lets a paused clock run on with what it has left. Errors: clock_not_paused.
func (c Clock) Resume(at time.Time, cal Calendar, by string) (Clock, error) {
	if c.State != Paused {
		return c, fault.New(fault.Conflict, "clock_not_paused", "The clock is not paused: it is %s.", c.State)
	}
	c = c.run(at, cal)
	return c.record(at, c.counting(), WhyResumed, by), nil
}

// counting is the state of a running clock, by the warnings it gave.
func (c Clock) counting() State {
	switch c.Warned {
	case 80:
		return Warned80
	case 50:
		return Warned50
	default:
		return Running
	}
}

// Meet records that what the clock waited for happened at an instant, also
// when paused, and also late: then BreachedAt stays beside MetAt. When the news
// comes after the breach but tells of an instant before it, the breach is
// withdrawn. Meeting a met clock changes nothing.
func (c Clock) Meet(at time.Time, cal Calendar, by string) Clock {
	if c.State == Met {
		return c
	}
	at = at.UTC()
	c, _ = c.Advance(at)
	if c.BreachedAt != nil && at.Before(*c.BreachedAt) {
		c.Left = c.calendar(cal).Between(at, *c.BreachedAt)
		c.BreachedAt = nil
		c = c.record(at, c.counting(), WhyBreachWithdrawn, by)
	}
	c = c.halt(at, cal)
	c.MetAt, c.Reason = &at, ""
	return c.record(at, Met, WhyMet, by)
}

// Late reports whether the clock was breached, met afterwards or not.
func (c Clock) Late() bool { return c.BreachedAt != nil }

// Rearm gives a clock that still counts a new budget, as when the severity is
// raised. Time already used counts against it, so it may breach at once: the
// events say so. Met and breached clocks stay as they are. Errors:
// clock_budget_invalid.
func (c Clock) Rearm(at time.Time, budget time.Duration, follows bool, cal Calendar, by string) (Clock, []Event, error) {
	if budget <= 0 {
		return c, nil, fault.New(fault.Invalid, "clock_budget_invalid", "A clock needs a budget above zero.")
	}
	c, events := c.Advance(at)
	if c.Ended() {
		return c, events, nil
	}
	paused, reason := c.State == Paused, c.Reason
	c = c.halt(at, cal)
	used := c.Budget - c.Left
	c.Budget, c.Left, c.Follows, c.Warned = budget, budget-used, follows, 0
	if paused {
		c.Reason = reason
		return c.record(at, Paused, WhyRearmed, by), nil, nil
	}
	c = c.run(at, cal)
	c = c.record(at, Running, WhyRearmed, by)
	c, events = c.Advance(at)
	return c, events, nil
}

// View is what a screen shows of a clock at an instant.
type View struct {
	State   State         `json:"state"`
	Reason  PauseReason   `json:"pause_reason,omitempty"`
	Left    time.Duration `json:"left_ns"`
	Due     *time.Time    `json:"due_at,omitempty"`
	Resumes *time.Time    `json:"resumes_at,omitempty"` // set outside working hours
	Late    bool          `json:"late"`
}

// ViewAt tells how the clock stands at an instant. A running clock outside
// working hours shows as paused with OutsideHours and says when it goes on.
func (c Clock) ViewAt(now time.Time, cal Calendar) View {
	c, _ = c.Advance(now)
	v := View{State: c.State, Reason: c.Reason, Left: c.LeftAt(now, cal), Due: c.Due, Late: c.Late()}
	if c.Since == nil {
		return v
	}
	if next := c.calendar(cal).NextOpen(now); next.After(now) {
		v.State, v.Reason, v.Resumes = Paused, OutsideHours, &next
	}
	return v
}
