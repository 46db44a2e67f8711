package relay

import (
	"context"
	"time"

	"github.com/migdalor/migdalor/workflows"
)

// Reconcile starts, every so often until ctx ends, what should be running: open
// crises, open requests for approval, unfinished publications. A workflow that
// runs already is left alone, because its id is its row's.
func (r *Relay) Reconcile(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		if err := r.ReconcileOnce(ctx); err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "what should be running could not be checked", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// ReconcileOnce makes one sweep. It ends at the first failure: an engine that is
// away is away for all of them.
func (r *Relay) ReconcileOnce(ctx context.Context) error {
	for _, sweep := range []struct {
		workflow string
		rows     func(context.Context) ([]string, error)
	}{
		{workflows.CrisisWorkflow, r.DB.UnfinishedCrises},
		{workflows.ApprovalWorkflow, r.DB.UnfinishedApprovals},
		{workflows.PublicationWorkflow, r.DB.UnfinishedPublications},
	} {
		ids, err := sweep.rows(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := r.Engine.Start(ctx, workflows.StartRequest{Workflow: sweep.workflow, ObjectID: id}); err != nil {
				return err
			}
		}
	}
	return nil
}
