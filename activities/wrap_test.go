package activities

import (
	"errors"
	"fmt"
	"testing"

	"go.temporal.io/sdk/temporal"

	"github.com/migdalor/migdalor/internal/fault"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

func TestWhatIsRefusedIsNotTriedAgain(t *testing.T) {
	for _, tc := range []struct {
		kind      fault.Kind
		permanent bool
	}{
		{fault.Invalid, true}, {fault.Forbidden, true}, {fault.NotFound, true}, {fault.Conflict, true}, {fault.Stale, true}, {fault.Gone, true},
		{fault.Unavailable, false}, {fault.Internal, false}, {fault.RateLimited, false},
	} {
		err := wrap(fmt.Errorf("store: %w", fault.New(tc.kind, "some_code", "A sentence.").With("by", "dana")))
		var app *temporal.ApplicationError
		if got := errors.As(err, &app) && app.NonRetryable(); got != tc.permanent {
			t.Errorf("%s: permanent is %v", tc.kind, got)
		}
		if !tc.permanent {
			continue
		}
		f, ok := workflows.Refused(err)
		if !ok || f.Code != "some_code" || f.Kind != tc.kind || f.Message != "A sentence." || f.Details["by"] != "dana" {
			t.Errorf("%s comes out as %+v", tc.kind, f)
		}
	}
	if err := wrap(errors.New("disk")); err == nil || wrap(nil) != nil {
		t.Error("other errors pass as they are")
	}
}

// TestTheStoreAndTheWorkflowsUseTheSameWords compares names that cannot be
// shared: the store stands below the workflows.
func TestTheStoreAndTheWorkflowsUseTheSameWords(t *testing.T) {
	for below, above := range map[string]string{
		store.WorkflowCrisis: workflows.CrisisWorkflow, store.WorkflowApproval: workflows.ApprovalWorkflow, store.WorkflowPublication: workflows.PublicationWorkflow,
	} {
		if below != above {
			t.Errorf("workflow %q is called %q above", below, above)
		}
	}
	for below, above := range map[string]workflows.FactKind{
		store.FactTriaged: workflows.FactTriaged, store.FactAcknowledged: workflows.FactAcknowledged, store.FactAssessed: workflows.FactAssessed,
		store.FactResponded: workflows.FactResponded, store.FactPrivatelyAnswered: workflows.FactPrivatelyAnswered,
		store.FactWaitingForClient: workflows.FactWaitingForClient, store.FactWaitingForLegal: workflows.FactWaitingForLegal,
		store.FactNoLongerWaiting: workflows.FactNoLongerWaiting, store.FactReviewDecided: workflows.FactReviewDecided,
		store.FactEscalationTaken: workflows.FactEscalationTaken, store.FactReopened: workflows.FactReopened, store.FactDecisionMade: workflows.FactDecisionMade,
		store.FactApprovalEnded: workflows.FactApprovalEnded, store.FactPublicationReleased: workflows.FactPublicationReleased,
		store.FactHandConfirmed: workflows.FactHandConfirmed, store.FactPublicationResolved: workflows.FactPublicationResolved,
		store.FactPublicationEnded: workflows.FactPublicationEnded,
	} {
		if below != string(above) {
			t.Errorf("fact %q is called %q above", below, above)
		}
	}
}
