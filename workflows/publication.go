package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// lookUps are the pauses before each look at what became of a call that gave no
// clear answer. After the last one a person is asked.
var lookUps = []time.Duration{2 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute}

// maxWait bounds a wait for a time, so that what has changed meanwhile (a
// client's no-publish rules, for one) is seen.
const maxWait = 6 * time.Hour

// Publication brings one approved version out to one target account, at most
// once. The row decides each step; the call itself is made once per attempt and
// never repeated blindly: after an unclear answer the platform is asked first.
func Publication(ctx workflow.Context, in Input) error {
	p := publicationRun{id: in.ObjectID, facts: workflow.GetSignalChannel(ctx, FactSignal)}
	return p.run(ctx)
}

type publicationRun struct {
	id    string
	facts workflow.ReceiveChannel
	// looked counts the looks at the present call; failures the calls in a row that brought nothing.
	looked, failures int
}

func (p *publicationRun) run(ctx workflow.Context) error {
	for {
		step, err := p.prepare(ctx)
		if err != nil {
			return err
		}
		switch step.Next {
		case NextSend:
			p.looked = 0
			p.send(ctx)
		case NextReconcile:
			if err := p.reconcile(ctx); err != nil {
				return err
			}
		case NextWait:
			latest := workflow.Now(ctx).Add(maxWait)
			if step.Until.Before(latest) {
				latest = step.Until
			}
			waitUntil(ctx, p.facts, latest, "publication "+p.id)
		case NextPerson:
			waitUntil(ctx, p.facts, time.Time{}, "")
		default:
			if !drain(p.facts) {
				return nil
			}
			// What ended may have been planned anew since the row was read: look once more.
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func (p *publicationRun) prepare(ctx workflow.Context) (step PublicationStep, err error) {
	err = workflow.ExecuteActivity(recording(ctx), ActPreparePublication, PublicationRef{p.id}).Get(ctx, &step)
	return step, err
}

// send makes one call. When the activity itself fails, the row knows whether a
// call may have been made; the next look at it says what to do.
func (p *publicationRun) send(ctx workflow.Context) {
	var res CallResult
	err := workflow.ExecuteActivity(sendOptions(ctx), ActSendPublication, PublicationRef{p.id}).Get(ctx, &res)
	if err == nil && res.State != pubPlanned {
		p.failures = 0
		return
	}
	pause := max(res.RetryAfter, min(time.Second<<min(p.failures, 10), 10*time.Minute))
	p.failures++
	waitUntil(ctx, p.facts, workflow.Now(ctx).Add(pause), "publication "+p.id+" again")
}

// pubPlanned is the state of a row that may be sent again.
const pubPlanned = "planned"

func (p *publicationRun) reconcile(ctx workflow.Context) error {
	i := min(p.looked, len(lookUps)-1)
	p.looked++
	// Facts wait: nothing may be decided about a post before it is known where it is.
	if err := workflow.Sleep(ctx, lookUps[i]); err != nil {
		return err
	}
	return workflow.ExecuteActivity(lookUpOptions(ctx), ActLookUpPublication, LookUp{p.id, i == len(lookUps)-1}).Get(ctx, nil)
}

// sendOptions are for the call that publishes: tried once, because a second try
// is decided by the row and not by a timeout.
func sendOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 90 * time.Second,
		HeartbeatTimeout:    10 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{MaximumAttempts: 1},
	})
}

// lookUpOptions are for reading what is published.
func lookUpOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: 60 * time.Second,
		HeartbeatTimeout:    10 * time.Second,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: time.Minute},
	})
}
