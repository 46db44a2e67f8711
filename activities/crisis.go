package activities

import (
	"context"

	"github.com/migdalor/migdalor/internal/audit"
	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
	"github.com/migdalor/migdalor/internal/store"
	"github.com/migdalor/migdalor/workflows"
)

// CrisisStore is what a crisis' activities need of the store.
type CrisisStore interface {
	CrisisPlan(ctx context.Context, crisisID string) (store.CrisisPlan, error)
	LeaveStage(ctx context.Context, cmd store.Command, l store.LeaveStage) (store.CrisisNow, error)
	ChangeSeverity(ctx context.Context, cmd store.Command, expected, to crisis.Severity, reason string) (store.CrisisNow, error)
	HandOver(ctx context.Context, cmd store.Command, leadID string) (store.CrisisNow, error)
	StartWave(ctx context.Context, cmd store.Command, at crisis.Stage, reason string) (store.CrisisNow, error)
	SaveClocks(ctx context.Context, by audit.Actor, s store.SaveClocks) error
	Escalate(ctx context.Context, by audit.Actor, e store.Escalate) (store.Escalated, error)
	RemindReview(ctx context.Context, by audit.Actor, crisisID, id string, count int) (bool, error)
	WaitingClock(ctx context.Context, approvalID string) (clock.Kind, error)
}

// Crisis is what the crisis workflow may do to the world. Every method is an
// activity and is registered by its name.
type Crisis struct{ db CrisisStore }

// NewCrisis stands on the store.
func NewCrisis(db CrisisStore) *Crisis { return &Crisis{db: db} }

// LoadPlan reads what the workflow begins with.
func (a *Crisis) LoadPlan(ctx context.Context, in workflows.CrisisRef) (workflows.CrisisPlan, error) {
	p, err := a.db.CrisisPlan(ctx, in.CrisisID)
	return planOf(in.CrisisID, p), wrap(err)
}

// LeaveStage leaves a stage for a person, if its gate lets them.
func (a *Crisis) LeaveStage(ctx context.Context, in workflows.CommandInput[workflows.LeaveStage]) (workflows.CrisisNow, error) {
	c := in.Command
	now, err := a.db.LeaveStage(ctx, commandOf(in.CrisisID, in.Key, c.By), store.LeaveStage{
		Expected: c.Expected, OverrideReason: c.OverrideReason, MayOverride: c.By.MayOverride})
	return nowOf(now), wrap(err)
}

// ChangeSeverity sets or confirms the severity for a person.
func (a *Crisis) ChangeSeverity(ctx context.Context, in workflows.CommandInput[workflows.ChangeSeverity]) (workflows.CrisisNow, error) {
	c := in.Command
	now, err := a.db.ChangeSeverity(ctx, commandOf(in.CrisisID, in.Key, c.By), c.Expected, c.Severity, c.Reason)
	return nowOf(now), wrap(err)
}

// HandOver gives the crisis to another lead.
func (a *Crisis) HandOver(ctx context.Context, in workflows.CommandInput[workflows.HandOver]) (workflows.CrisisNow, error) {
	now, err := a.db.HandOver(ctx, commandOf(in.CrisisID, in.Key, in.Command.By), in.Command.LeadID)
	return nowOf(now), wrap(err)
}

// StartWave takes the crisis back to an early stage as its next wave.
func (a *Crisis) StartWave(ctx context.Context, in workflows.CommandInput[workflows.StartWave]) (workflows.CrisisNow, error) {
	now, err := a.db.StartWave(ctx, commandOf(in.CrisisID, in.Key, in.Command.By), in.Command.Stage, in.Command.Reason)
	return nowOf(now), wrap(err)
}

// WaitingClock tells which clock an approval holds up.
func (a *Crisis) WaitingClock(ctx context.Context, in workflows.ApprovalRef) (workflows.HeldClock, error) {
	kind, err := a.db.WaitingClock(ctx, in.ApprovalID)
	return workflows.HeldClock{Kind: kind}, wrap(err)
}

// commandOf names the person behind a command. No names travel through the
// engine; the store adds them.
func commandOf(crisisID, key string, by workflows.By) store.Command {
	via := audit.Via(by.Via)
	if via == "" {
		via = audit.ViaConsole
	}
	return store.Command{CrisisID: crisisID, Key: key, RequestID: by.RequestID, By: audit.Actor{Type: audit.ActorUser, ID: by.UserID, Via: via}}
}
