package activities

import (
	"context"

	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// SaveClocks stores the clocks of a wave, with a ledger entry for each line
// that is new, and warns the lead.
func (a *Crisis) SaveClocks(ctx context.Context, in workflows.SaveClocks) error {
	return wrap(a.db.SaveClocks(ctx, workflowActor(ctx), store.SaveClocks(in)))
}

// EscalateClock asks the next people about a clock that ran out.
func (a *Crisis) EscalateClock(ctx context.Context, in workflows.Escalate) (workflows.Escalated, error) {
	out, err := a.db.Escalate(ctx, workflowActor(ctx), store.Escalate(in))
	return workflows.Escalated{Over: out.Over, HoldUntil: out.HoldUntil}, wrap(err)
}
