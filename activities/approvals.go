package activities

import (
	"context"

	"go.temporal.io/sdk/activity"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// ApprovalStore is what the approval's activities change.
type ApprovalStore interface {
	StartRound(ctx context.Context, by audit.Actor, approvalID, kid string) (store.ApprovalProgress, error)
	RemindApprovers(ctx context.Context, by audit.Actor, approvalID, step string) error
	EscalateApproval(ctx context.Context, by audit.Actor, approvalID string) error
	ExpireApproval(ctx context.Context, by audit.Actor, approvalID string) (store.ApprovalProgress, error)
}

// Approvals are the activities of workflows.Approval. Each is compare-and-set on
// the request's row, so that a repeated or late one finds the truth and does nothing.
type Approvals struct {
	Store ApprovalStore
	// Kid is the key that signs new links.
	Kid string
}

// StartApprovalRound tells the people of the round that is due, once.
func (a *Approvals) StartApprovalRound(ctx context.Context, in workflows.ApprovalRef) (workflows.ApprovalProgress, error) {
	p, err := a.Store.StartRound(ctx, workflowActor(ctx), in.ApprovalID, a.Kid)
	return workflows.ApprovalProgress(p), wrap(err)
}

// RemindApprovers reminds those who have not decided, once a step and round.
func (a *Approvals) RemindApprovers(ctx context.Context, in workflows.Reminder) error {
	return wrap(a.Store.RemindApprovers(ctx, workflowActor(ctx), in.ApprovalID, in.Step))
}

// EscalateApproval tells the lead that time is short, once a round.
func (a *Approvals) EscalateApproval(ctx context.Context, in workflows.ApprovalRef) error {
	return wrap(a.Store.EscalateApproval(ctx, workflowActor(ctx), in.ApprovalID))
}

// ExpireApproval ends the request if its deadline has come.
func (a *Approvals) ExpireApproval(ctx context.Context, in workflows.ApprovalRef) (workflows.ApprovalProgress, error) {
	p, err := a.Store.ExpireApproval(ctx, workflowActor(ctx), in.ApprovalID)
	return workflows.ApprovalProgress(p), wrap(err)
}

// workflowActor is the workflow that runs the activity, as the ledger writes it.
func workflowActor(ctx context.Context) audit.Actor {
	return audit.Actor{Type: audit.ActorWorkflow, ID: activity.GetInfo(ctx).WorkflowExecution.ID, Via: audit.ViaWorkflow}
}
