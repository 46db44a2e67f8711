package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/clock"
)

// step calls an activity with its one input and one output. Every call goes
// through a typed function below it: a wrong argument would decode silently to
// an empty value.
func step[I, O any](ctx workflow.Context, o workflow.ActivityOptions, name string, in I) (O, error) {
	var out O
	err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, o), name, in).Get(ctx, &out)
	// What the activity refused is passed on as it is, without the engine's wrapping.
	var app *temporal.ApplicationError
	if errors.As(err, &app) {
		return out, app
	}
	return out, err
}

func loadPlan(ctx workflow.Context, crisisID string) (CrisisPlan, error) {
	return step[CrisisRef, CrisisPlan](ctx, recordOptions(), ActLoadPlan, CrisisRef{crisisID})
}

func leaveStage(ctx workflow.Context, in CommandInput[LeaveStage]) (CrisisNow, error) {
	return step[CommandInput[LeaveStage], CrisisNow](ctx, commandOptions(), ActLeaveStage, in)
}

func changeSeverity(ctx workflow.Context, in CommandInput[ChangeSeverity]) (CrisisNow, error) {
	return step[CommandInput[ChangeSeverity], CrisisNow](ctx, commandOptions(), ActChangeSeverity, in)
}

func handOver(ctx workflow.Context, in CommandInput[HandOver]) (CrisisNow, error) {
	return step[CommandInput[HandOver], CrisisNow](ctx, commandOptions(), ActHandOver, in)
}

func startWave(ctx workflow.Context, in CommandInput[StartWave]) (CrisisNow, error) {
	return step[CommandInput[StartWave], CrisisNow](ctx, commandOptions(), ActStartWave, in)
}

// nothing is the output of activities that have none.
type nothing struct{}

func saveClocks(ctx workflow.Context, in SaveClocks) error {
	_, err := step[SaveClocks, nothing](ctx, recordOptions(), ActSaveClocks, in)
	return err
}

func escalate(ctx workflow.Context, in Escalate) (Escalated, error) {
	return step[Escalate, Escalated](ctx, recordOptions(), ActEscalateClock, in)
}

func remindReview(ctx workflow.Context, in RemindReview) (ReviewState, error) {
	return step[RemindReview, ReviewState](ctx, recordOptions(), ActRemindReview, in)
}

func waitingClock(ctx workflow.Context, approvalID string) (clock.Kind, error) {
	held, err := step[ApprovalRef, HeldClock](ctx, recordOptions(), ActWaitingClock, ApprovalRef{approvalID})
	return held.Kind, err
}
