package workflows

import (
	"time"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
)

// TaskQueue is the one queue that all workers serve.
const TaskQueue = "migdalor"

// The registered names of the workflows.
const (
	CrisisWorkflow      = "Crisis"
	ApprovalWorkflow    = "Approval"
	PublicationWorkflow = "Publication"
)

// CrisisID is the workflow id of a crisis; one durable workflow each.
func CrisisID(crisisID string) string { return "crisis-" + crisisID }

// ApprovalID is the workflow id of an approval.
func ApprovalID(approvalID string) string { return "approval-" + approvalID }

// PublicationID is the workflow id of a publication.
func PublicationID(publicationID string) string { return "publication-" + publicationID }

// StartRequest is the payload of an outbox event that starts a workflow.
type StartRequest struct {
	// Workflow is a registered name.
	Workflow string `json:"workflow"`
	// ObjectID is the row's id: a crisis, an approval, a publication.
	ObjectID string `json:"object_id"`
}

// FactKind says what people decided; the workflow hears of it after the
// database has it.
type FactKind string

// The facts that a crisis workflow hears of.
const (
	FactTriaged             FactKind = "triaged"              // meets the triage clock
	FactAcknowledged        FactKind = "acknowledged"         // an acknowledgement is published, or waived with a reason
	FactAssessed            FactKind = "assessed"             // the assessment is complete
	FactResponded           FactKind = "responded"            // the response is out on every affected platform
	FactPrivatelyAnswered   FactKind = "privately_answered"   // the first private answer is given
	FactWaitingForClient    FactKind = "waiting_for_client"   // the approval is with the client
	FactWaitingForLegal     FactKind = "waiting_for_legal"    // the approval is with legal
	FactNoLongerWaiting     FactKind = "no_longer_waiting"    // the approval has ended
	FactReviewDecided       FactKind = "review_decided"       // a review was held or waived
	FactEscalationTaken     FactKind = "escalation_taken"     // somebody acknowledged an escalation; ObjectID is the clock's kind
	FactReopened            FactKind = "reopened"             // the row is open again as a new wave
	FactDecisionMade        FactKind = "decision_made"        // to an approval: somebody decided
	FactApprovalEnded       FactKind = "approval_ended"       // to an approval: withdrawn, superseded
	FactPublicationReleased FactKind = "publication_released" // to a publication: released from hold
	FactHandConfirmed       FactKind = "hand_confirmed"       // to a publication: a person published and pasted the link
	FactPublicationResolved FactKind = "publication_resolved" // to a publication: a person said what became of an unknown one
	FactPublicationEnded    FactKind = "publication_ended"    // to a publication: withdrawn before it went out
)

// FactSignal is the one signal of every workflow.
const FactSignal = "fact"

// Fact is what the relay signals. Signals arrive at least once: ID deduplicates.
type Fact struct {
	// ID is the outbox event's id.
	ID   string   `json:"id"`
	Kind FactKind `json:"kind"`
	// ObjectID is what the fact is about, such as a review or an escalation.
	ObjectID string `json:"object_id,omitempty"`
	// At is when it was committed.
	At time.Time `json:"at"`
}

// SignalRequest is the payload of an outbox event that tells a workflow a fact.
type SignalRequest struct {
	Workflow string   `json:"workflow"`
	ObjectID string   `json:"object_id"`
	Kind     FactKind `json:"kind"`
	About    string   `json:"about,omitempty"`
}

// The console's commands on a crisis process: Temporal Updates with validators.
const (
	UpdateLeaveStage     = "leave_stage"
	UpdateChangeSeverity = "change_severity"
	UpdateHandOver       = "hand_over"
	UpdateStartWave      = "start_wave"
	UpdatePauseClock     = "pause_clock"
	UpdateResumeClock    = "resume_clock"
)

// By is who commands. Permissions were checked by the API.
type By struct {
	// CommandID is the update's id: the same id is applied once.
	CommandID string `json:"command_id"`
	UserID    string `json:"user_id"`
	// Via is the door, as in package audit: console or api.
	Via       string `json:"via"`
	RequestID string `json:"request_id,omitempty"`
	// MayOverride says that the person may pass a gate with something missing.
	MayOverride bool `json:"may_override,omitempty"`
}

// LeaveStage leaves the stage that the person saw for the next one; leaving
// sustain closes the crisis.
type LeaveStage struct {
	By       By           `json:"by"`
	Expected crisis.Stage `json:"expected"`
	// OverrideReason passes the gate although something is missing.
	OverrideReason string `json:"override_reason,omitempty"`
}

// ChangeSeverity sets another severity than the one the person saw, or confirms it.
type ChangeSeverity struct {
	By       By              `json:"by"`
	Expected crisis.Severity `json:"expected"`
	Severity crisis.Severity `json:"severity"`
	Reason   string          `json:"reason"`
}

// HandOver gives the crisis to another lead.
type HandOver struct {
	By     By     `json:"by"`
	LeadID string `json:"lead_id"`
}

// StartWave takes an open crisis back to stage 1 or 2 as the next wave.
type StartWave struct {
	By     By           `json:"by"`
	Stage  crisis.Stage `json:"stage"`
	Reason string       `json:"reason"`
}

// ClockCommand pauses or resumes one clock.
type ClockCommand struct {
	By     By                `json:"by"`
	Kind   clock.Kind        `json:"kind"`
	Reason clock.PauseReason `json:"reason,omitempty"`
}

// CommandResult is what became of a command.
type CommandResult struct {
	Stage    crisis.Stage    `json:"stage"`
	Severity crisis.Severity `json:"severity"`
	Status   crisis.Status   `json:"status"`
	Wave     int             `json:"wave"`
}

// CodeStageMoved is the application error type of a command that came too late.
// Its details are a Refusal whose Details hold the fields of Moved.
const CodeStageMoved = "stage_moved"

// Moved says what happened instead, for the one who came second.
type Moved struct {
	Stage    crisis.Stage    `json:"stage"`
	Severity crisis.Severity `json:"severity"`
	Status   crisis.Status   `json:"status"`
	By       string          `json:"by"`
	At       time.Time       `json:"at"`
}

// Input starts any of the workflows: the id of the row, and, after a
// continue-as-new, the state that the last run handed on.
type Input struct {
	ObjectID string `json:"object_id"`
	// State is a crisis workflow's own; nil at the first start.
	State *CrisisState `json:"state,omitempty"`
}
