package workflows

import (
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// Register makes a worker run the three workflows under their names.
func Register(w worker.WorkflowRegistry) {
	for name, fn := range map[string]any{CrisisWorkflow: Crisis, ApprovalWorkflow: Approval, PublicationWorkflow: Publication} {
		w.RegisterWorkflowWithOptions(fn, workflow.RegisterOptions{Name: name})
	}
}
