package activities

import (
	"context"

	"github.com/migdalor/migdalor/workflows"
)

// RemindReview tells people that a review is due, once for each count.
func (a *Crisis) RemindReview(ctx context.Context, in workflows.RemindReview) (workflows.ReviewState, error) {
	decided, err := a.db.RemindReview(ctx, workflowActor(ctx), in.CrisisID, in.ReviewID, in.Count)
	return workflows.ReviewState{Decided: decided}, wrap(err)
}
