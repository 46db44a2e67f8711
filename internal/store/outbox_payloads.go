package store

// The workflows and facts that outbox events name. Package workflows, which
// stands above the store, has the same words; a test of package activities
// compares them.
const (
	WorkflowCrisis      = "Crisis"
	WorkflowApproval    = "Approval"
	WorkflowPublication = "Publication"

	FactTriaged             = "triaged"
	FactAcknowledged        = "acknowledged"
	FactAssessed            = "assessed"
	FactResponded           = "responded"
	FactPrivatelyAnswered   = "privately_answered"
	FactWaitingForClient    = "waiting_for_client"
	FactWaitingForLegal     = "waiting_for_legal"
	FactNoLongerWaiting     = "no_longer_waiting"
	FactReviewDecided       = "review_decided"
	FactEscalationTaken     = "escalation_taken"
	FactReopened            = "reopened"
	FactDecisionMade        = "decision_made"
	FactApprovalEnded       = "approval_ended"
	FactPublicationReleased = "publication_released"
	FactHandConfirmed       = "hand_confirmed"
	FactPublicationResolved = "publication_resolved"
	FactPublicationEnded    = "publication_ended"
)

type startPayload struct {
	Workflow string `json:"workflow"`
	ObjectID string `json:"object_id"`
}

type signalPayload struct {
	Workflow string `json:"workflow"`
	ObjectID string `json:"object_id"`
	Kind     string `json:"kind"`
	About    string `json:"about,omitempty"`
}

// startWorkflow has the relay start a workflow for a row; a second start of the
// same row vanishes.
func startWorkflow(tx *Tx, workflow, objectID string) error {
	return emit(tx, OutboxStart, "start:"+workflow+":"+objectID, workflow+":"+objectID, startPayload{workflow, objectID}, 0)
}

// tellWorkflow has the relay tell a workflow a fact of this change, after
// everything that it was told before; the workflow is started if it is not there.
func tellWorkflow(tx *Tx, workflow, objectID, kind, about string) error {
	return emit(tx, OutboxSignal, "tell:"+NewID(), workflow+":"+objectID, signalPayload{workflow, objectID, kind, about}, 0)
}
