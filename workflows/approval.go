package workflows

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"
)

// Approval sees one request for approval through its rounds: it tells each
// round's people, reminds them, tells the lead when time gets short, and ends
// the request at its deadline. Who decided what is in the database before this
// workflow hears of it.
func Approval(ctx workflow.Context, in Input) error {
	a := approvalRun{id: in.ObjectID, facts: workflow.GetSignalChannel(ctx, FactSignal), reminded: map[string]bool{}}
	return a.run(ctx)
}

type approvalRun struct {
	id    string
	facts workflow.ReceiveChannel
	// reminded holds "<round>:<step>" of the reminders that were sent.
	reminded map[string]bool
}

func (a *approvalRun) run(ctx workflow.Context) error {
	for {
		p, err := a.startRound(ctx)
		if err != nil {
			return err
		}
		if !p.Open {
			drain(a.facts)
			return nil
		}
		at, act := a.next(ctx, p)
		if told := waitUntil(ctx, a.facts, at, "approval "+a.id); told {
			continue // the row says what changed
		}
		if err := act(ctx); err != nil {
			return err
		}
	}
}

// next is the round's next moment and what to do then. Moments that passed while
// nobody was there are skipped when a later one has passed as well.
func (a *approvalRun) next(ctx workflow.Context, p ApprovalProgress) (time.Time, func(workflow.Context) error) {
	now, life := workflow.Now(ctx), p.Deadline.Sub(p.Started)
	late := p.Started.Add(life * 4 / 5)
	if half := p.Started.Add(life / 2); a.open(p.Round, ReminderHalf) && now.Before(late) {
		return half, func(ctx workflow.Context) error { return a.remind(ctx, p.Round, ReminderHalf) }
	}
	if a.open(p.Round, ReminderLate) && now.Before(p.Deadline) {
		return late, func(ctx workflow.Context) error {
			if err := a.remind(ctx, p.Round, ReminderLate); err != nil {
				return err
			}
			return workflow.ExecuteActivity(recording(ctx), ActEscalateApproval, ApprovalRef{a.id}).Get(ctx, nil)
		}
	}
	return p.Deadline, a.expire
}

func (a *approvalRun) open(round int, step string) bool {
	return !a.reminded[strconv.Itoa(round)+":"+step]
}

func (a *approvalRun) startRound(ctx workflow.Context) (p ApprovalProgress, err error) {
	err = workflow.ExecuteActivity(recording(ctx), ActStartRound, ApprovalRef{a.id}).Get(ctx, &p)
	return p, err
}

func (a *approvalRun) remind(ctx workflow.Context, round int, step string) error {
	a.reminded[strconv.Itoa(round)+":"+step] = true
	return workflow.ExecuteActivity(recording(ctx), ActRemindApprovers, Reminder{a.id, step}).Get(ctx, nil)
}

// expire ends the request. The database's clock decides: while it says that the
// deadline has not come, the workflow waits a moment longer.
func (a *approvalRun) expire(ctx workflow.Context) error {
	var p ApprovalProgress
	if err := workflow.ExecuteActivity(recording(ctx), ActExpireApproval, ApprovalRef{a.id}).Get(ctx, &p); err != nil {
		return err
	}
	if p.Open {
		return workflow.Sleep(ctx, time.Second)
	}
	return nil
}

// recording are the options of short changes of the database.
func recording(ctx workflow.Context) workflow.Context {
	return workflow.WithActivityOptions(ctx, recordOptions())
}

// waitUntil waits for an instant or for a fact, whichever comes first, and
// reports whether a fact came. A zero instant never comes.
func waitUntil(ctx workflow.Context, facts workflow.ReceiveChannel, at time.Time, summary string) (told bool) {
	if drain(facts) {
		return true
	}
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	s := workflow.NewSelector(ctx)
	s.AddReceive(facts, func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil); told = true })
	if !at.IsZero() {
		wait := at.Sub(workflow.Now(ctx))
		if wait <= 0 {
			return false
		}
		s.AddFuture(workflow.NewTimerWithOptions(ctx, wait, workflow.TimerOptions{Summary: summary}), func(workflow.Future) {})
	}
	s.Select(ctx)
	drain(facts)
	return told
}

// drain takes all waiting facts; each of them only says "look at the row again".
func drain(facts workflow.ReceiveChannel) (some bool) {
	for facts.ReceiveAsync(nil) {
		some = true
	}
	return some
}
