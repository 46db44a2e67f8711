package clock

import (
	"slices"
	"time"

	"github.com/migdalor/migdalor/internal/fault"
)

// Kind names what a clock counts down to.
type Kind string

// The kinds of clocks that playbooks may set.
const (
	Triage          Kind = "triage"           // somebody decides what the alert is
	Acknowledge     Kind = "acknowledge"      // the first public acknowledgement is out
	FirstAssessment Kind = "first_assessment" // the first assessment is whole
	Statement       Kind = "statement"        // the full response is out
	PrivateAnswer   Kind = "private_answer"   // a handed-off conversation has its first answer
	Review          Kind = "review"           // a dated review is held or waived
	ApprovalRound   Kind = "approval_round"   // an approval round is decided
)

// Kinds lists them all.
func Kinds() []Kind {
	return []Kind{Triage, Acknowledge, FirstAssessment, Statement, PrivateAnswer, Review, ApprovalRound}
}

// State is where a clock stands.
type State string

// The states. Met and breached end the count; a breached clock can still be met late.
const (
	Running  State = "running"
	Warned50 State = "warned_50" // half the budget is used
	Warned80 State = "warned_80" // four fifths are used
	Paused   State = "paused"
	Met      State = "met"
	Breached State = "breached"
)

// States lists them all.
func States() []State { return []State{Running, Warned50, Warned80, Paused, Met, Breached} }

// PauseReason says what a paused clock waits for.
type PauseReason string

// The reasons. OutsideHours is never commanded: the calendar implies it, and View tells it.
const (
	WaitingClient PauseReason = "waiting_client"
	WaitingLegal  PauseReason = "waiting_legal"
	OutsideHours  PauseReason = "outside_hours"
)

// PauseReasons lists them all.
func PauseReasons() []PauseReason { return []PauseReason{WaitingClient, WaitingLegal, OutsideHours} }

// Codes of Change.Why.
const (
	WhyStarted         = "started"
	WhyPaused          = "paused"
	WhyResumed         = "resumed"
	WhyWarn50          = "warn_50"
	WhyWarn80          = "warn_80"
	WhyBreach          = "breach"
	WhyMet             = "met"
	WhyRearmed         = "rearmed"
	WhyBreachWithdrawn = "breach_withdrawn" // what the clock waited for turned out to have happened in time
)

// Whys lists the codes of Change.Why.
func Whys() []string {
	return []string{WhyStarted, WhyPaused, WhyResumed, WhyWarn50, WhyWarn80, WhyBreach, WhyMet, WhyRearmed, WhyBreachWithdrawn}
}

// Change is one line of a clock's ledger.
type Change struct {
	At     time.Time     `json:"at"`             // when it took effect; for warnings and breaches the due instant, not the moment it was noticed
	From   State         `json:"from,omitempty"` // empty for the first
	To     State         `json:"to"`
	Why    string        `json:"why"`              // one of Whys
	Reason PauseReason   `json:"reason,omitempty"` // of a pause
	Left   time.Duration `json:"left_ns"`          // budget left after the change
	By     string        `json:"by"`               // actor id; "system" for time itself
}

// BySystem is Change.By when time itself did it.
const BySystem = "system"

// Clock counts a budget of time down. It is a value: transitions return a new
// one and leave the receiver untouched. Make one with Start. It serialises to
// JSON whole.
type Clock struct {
	Kind  Kind  `json:"kind"`
	State State `json:"state"`
	// Budget is the whole time allowed; Left is what remained when the clock
	// last began to run or stopped. Both in nanoseconds of working time. Left is
	// below zero only in a paused clock that was given less than it had used:
	// what was used is never forgotten. LeftAt never is.
	Budget time.Duration `json:"budget_ns"`
	Left   time.Duration `json:"left_ns"`
	// Follows is false for severity 1: the clock ignores the calendar.
	Follows bool `json:"follows_calendar"`
	// Since is when it last began to run; nil while it does not.
	Since *time.Time `json:"running_since,omitempty"`
	// Warn50, Warn80 and Due are absolute instants, set while it runs.
	Warn50 *time.Time `json:"warn_50_at,omitempty"`
	Warn80 *time.Time `json:"warn_80_at,omitempty"`
	Due    *time.Time `json:"due_at,omitempty"`
	// Warned is the highest warning given: 0, 50 or 80.
	Warned     int         `json:"warned"`
	Reason     PauseReason `json:"pause_reason,omitempty"`
	MetAt      *time.Time  `json:"met_at,omitempty"`
	BreachedAt *time.Time  `json:"breached_at,omitempty"`
	Ledger     []Change    `json:"ledger"`
}

// Start makes a running clock. follows is false at severity 1. A start in the
// past, such as the first qualifying mention, is fine: call Advance after it.
// Errors: clock_budget_invalid.
func Start(kind Kind, at time.Time, budget time.Duration, follows bool, cal Calendar, by string) (Clock, error) {
	if budget <= 0 {
		return Clock{}, fault.New(fault.Invalid, "clock_budget_invalid", "A clock needs a budget above zero.")
	}
	c := Clock{Kind: kind, Budget: budget, Left: budget, Follows: follows}
	c = c.run(at, cal)
	return c.record(at, Running, WhyStarted, by), nil
}

// Ended reports whether the clock no longer counts: met or breached.
func (c Clock) Ended() bool { return c.State == Met || c.State == Breached }

// calendar picks the client's calendar or, at severity 1, none.
func (c Clock) calendar(cal Calendar) Calendar {
	if c.Follows {
		return cal
	}
	return Always(cal.Location())
}

// run sets the instants for a clock that counts from at.
func (c Clock) run(at time.Time, cal Calendar) Clock {
	k := c.calendar(cal)
	at = at.UTC()
	instant := func(left time.Duration) *time.Time {
		t := k.Add(at, left)
		return &t
	}
	c.Since, c.Reason = &at, ""
	c.Due = instant(c.Left)
	c.Warn50 = instant(c.Left - c.Budget/2)
	c.Warn80 = instant(c.Left - c.Budget/5)
	return c
}

// halt stops the count at an instant and books what was used.
func (c Clock) halt(at time.Time, cal Calendar) Clock {
	if c.Since != nil {
		c.Left = max(0, c.Left-c.calendar(cal).Between(*c.Since, at))
	}
	c.Since, c.Warn50, c.Warn80, c.Due = nil, nil, nil, nil
	return c
}

// record moves to a state and writes the ledger without sharing memory with
// earlier values.
func (c Clock) record(at time.Time, to State, why, by string) Clock {
	ch := Change{At: at.UTC(), From: c.State, To: to, Why: why, Reason: c.Reason, Left: max(0, c.Left), By: by}
	c.Ledger = append(slices.Clip(slices.Clone(c.Ledger)), ch)
	c.State = to
	return c
}

// LeftAt gives the working time left at an instant; zero after a breach.
func (c Clock) LeftAt(at time.Time, cal Calendar) time.Duration {
	if c.Since == nil {
		return max(0, c.Left)
	}
	return max(0, c.Left-c.calendar(cal).Between(*c.Since, at))
}

// UsedAt gives the working time used of the budget: Budget less LeftAt.
func (c Clock) UsedAt(at time.Time, cal Calendar) time.Duration {
	return c.Budget - c.LeftAt(at, cal)
}
