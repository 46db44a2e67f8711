package workflows

import "time"

// The activities of the approval workflow: methods of activities.Approvals.
const (
	ActStartRound       = "StartApprovalRound"
	ActRemindApprovers  = "RemindApprovers"
	ActEscalateApproval = "EscalateApproval"
	ActExpireApproval   = "ExpireApproval"
)

// The reminders of a round, by name: each is sent once a round.
const (
	ReminderHalf = "half" // half of the round's time is gone
	ReminderLate = "late" // four fifths are gone; the lead is told as well
)

// ApprovalRef names an approval.
type ApprovalRef struct {
	ApprovalID string `json:"approval_id"`
}

// Reminder names one reminder of an approval.
type Reminder struct {
	ApprovalID string `json:"approval_id"`
	Step       string `json:"step"`
}

// ApprovalProgress is where an approval stands in the database.
type ApprovalProgress struct {
	Open bool `json:"open"`
	// Round is the index of the round that is asked.
	Round int `json:"round"`
	// Started is when the round's people were told.
	Started  time.Time `json:"started"`
	Deadline time.Time `json:"deadline"`
}
