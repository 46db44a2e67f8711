package workflows

import (
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/playbook"
)

// The activities of a crisis: methods of activities.Crisis. All activities are
// registered by their method's name; workflows call them by these names only,
// through the typed steps of steps.go, so that this package imports none.
const (
	ActLoadPlan       = "LoadPlan"
	ActLeaveStage     = "LeaveStage"
	ActChangeSeverity = "ChangeSeverity"
	ActHandOver       = "HandOver"
	ActStartWave      = "StartWave"
	ActSaveClocks     = "SaveClocks"
	ActEscalateClock  = "EscalateClock"
	ActRemindReview   = "RemindReview"
	ActWaitingClock   = "WaitingClock"
)

// CrisisRef names a crisis.
type CrisisRef struct {
	CrisisID string `json:"crisis_id"`
}

// CrisisNow is where a crisis stands, as the database has it.
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

// ReviewDue is one dated review.
type ReviewDue struct {
	ID      string    `json:"id"`
	Days    int       `json:"days"`
	DueAt   time.Time `json:"due_at"`
	Decided bool      `json:"decided"`
	// Reminders counts how often it was reminded of; the workflow's own.
	Reminders int `json:"reminders,omitempty"`
}

// CrisisPlan is what a crisis workflow begins with, or is rebuilt from.
type CrisisPlan struct {
	Now        CrisisNow           `json:"now"`
	Run        int64               `json:"run"`
	Calendar   clock.Config        `json:"calendar"`
	Clocks     []playbook.Clock    `json:"clocks"`
	Escalation playbook.Escalation `json:"escalation"`
	// Stored are this wave's clocks as they were last saved.
	Stored []clock.Clock `json:"stored,omitempty"`
	// Cancelled are kinds that must not start again in this wave.
	Cancelled []clock.Kind `json:"cancelled,omitempty"`
	// Known are facts that the database already has for this wave.
	Known []Fact `json:"known,omitempty"`
}

// CommandInput is the input of an activity that executes a person's command.
// Key makes a second run give the first one's answer.
type CommandInput[C any] struct {
	CrisisID string `json:"crisis_id"`
	Key      string `json:"key"`
	Command  C      `json:"command"`
}

// SaveClocks stores the clocks of a wave and cancels others.
type SaveClocks struct {
	CrisisID string        `json:"crisis_id"`
	Wave     int           `json:"wave"`
	Clocks   []clock.Clock `json:"clocks,omitempty"`
	Cancel   []clock.Kind  `json:"cancel,omitempty"`
}

// Escalate asks the next people about a clock that ran out.
type Escalate struct {
	CrisisID string     `json:"crisis_id"`
	Wave     int        `json:"wave"`
	Kind     clock.Kind `json:"kind"`
	// Ask counts the askings of this breach from 0; Step is the ladder's, from 1.
	Ask      int         `json:"ask"`
	Step     int         `json:"step"`
	Role     crisis.Role `json:"role"`
	WithLead bool        `json:"with_lead,omitempty"`
	// AckExpires is how long an acknowledgement keeps the ladder still.
	AckExpires time.Duration `json:"ack_expires_ns"`
	BreachedAt time.Time     `json:"breached_at"`
}

// Escalated is what became of it: Over when nobody has to be asked any more,
// HoldUntil when somebody has acknowledged.
type Escalated struct {
	Over      bool      `json:"over,omitempty"`
	HoldUntil time.Time `json:"hold_until"`
}

// RemindReview reminds of a review; Count is how often it was done before.
type RemindReview struct {
	CrisisID string `json:"crisis_id"`
	ReviewID string `json:"review_id"`
	Count    int    `json:"count"`
}

// ReviewState answers RemindReview.
type ReviewState struct {
	Decided bool `json:"decided"`
}

// HeldClock is the clock that an approval holds up; empty for none.
type HeldClock struct {
	Kind clock.Kind `json:"kind,omitempty"`
}
