package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/migdalor/migdalor/internal/clock"
	"github.com/migdalor/migdalor/internal/crisis"
)

// crisisRun is one run of a crisis' workflow.
type crisisRun struct {
	id    string
	state CrisisState
	// ready is true once the plan is loaded; commands wait for it.
	ready bool
	// changed wakes the body after a command.
	changed bool
	// renew asks for a continue-as-new.
	renew bool
	// unsaved is true while clocks have moved that the database does not know.
	unsaved bool
	// busy keeps commands and the body from changing the state in between each other's steps.
	busy workflow.Mutex
	cal  clock.Calendar
}

// Crisis runs one case from its opening to its closing: it keeps the clocks,
// climbs the ladder when one runs out, reminds of reviews, and carries out
// people's commands. What people record in the database reaches it as facts.
func Crisis(ctx workflow.Context, in Input) error {
	w := &crisisRun{id: in.ObjectID}
	if err := w.setup(ctx, in); err != nil {
		return err
	}
	return w.run(ctx)
}

func (w *crisisRun) setup(ctx workflow.Context, in Input) error {
	if in.ObjectID == "" {
		return temporal.NewNonRetryableApplicationError("A crisis workflow needs the id of its crisis.", "crisis_missing", nil)
	}
	w.busy = workflow.NewMutex(ctx)
	if in.State != nil {
		w.state = *in.State
		if err := w.useCalendar(); err != nil {
			return err
		}
		w.ready = true
	}
	if err := w.handleCommands(ctx); err != nil {
		return err
	}
	facts := workflow.GetSignalChannel(ctx, FactSignal)
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var f Fact
			facts.Receive(ctx, &f)
			w.state.Inbox = append(w.state.Inbox, f)
		}
	})
	return nil
}

func (w *crisisRun) run(ctx workflow.Context) error {
	if !w.ready {
		if err := w.load(ctx); err != nil {
			return err
		}
	}
	for {
		if err := w.catchUp(ctx); err != nil {
			return err
		}
		switch {
		case w.state.Now.Status == crisis.Closed:
			if done, err := w.ended(ctx); done || err != nil {
				return err
			}
		case w.renew || workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return w.handOn(ctx)
		default:
			if err := w.sleep(ctx); err != nil {
				return err
			}
		}
	}
}

// load takes the position, the clocks and the known facts from the database.
func (w *crisisRun) load(ctx workflow.Context) error {
	plan, err := loadPlan(ctx, w.id)
	if err != nil {
		return err
	}
	w.state = stateOf(plan, append(plan.Known, w.state.Inbox...), w.state.Seen, w.state.Done)
	if err := w.useCalendar(); err != nil {
		return err
	}
	w.startClocks(ctx)
	w.ready, w.changed = true, true
	return nil
}

func (w *crisisRun) useCalendar() (err error) {
	w.cal, err = clock.New(w.state.Calendar)
	return err
}

// catchUp applies everything that happened and everything that time has done.
func (w *crisisRun) catchUp(ctx workflow.Context) error {
	if err := w.busy.Lock(ctx); err != nil {
		return err
	}
	defer w.busy.Unlock()
	w.changed = false
	for len(w.state.Inbox) > 0 {
		f := w.state.Inbox[0]
		w.state.Inbox = w.state.Inbox[1:]
		if err := w.apply(ctx, f); err != nil {
			return err
		}
	}
	w.tick(ctx)
	if err := w.save(ctx); err != nil {
		return err
	}
	if err := w.climb(ctx); err != nil {
		return err
	}
	return w.remind(ctx)
}

func (w *crisisRun) awake() bool { return w.changed || len(w.state.Inbox) > 0 }

// sleep waits for a command, a fact, or the next thing that time does.
func (w *crisisRun) sleep(ctx workflow.Context) error {
	at, what := w.state.nextAt()
	if at.IsZero() {
		return workflow.Await(ctx, w.awake)
	}
	wait := at.Sub(workflow.Now(ctx))
	if wait <= 0 {
		return nil
	}
	_, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{Timeout: wait, TimerOptions: workflow.TimerOptions{Summary: what}}, w.awake)
	return err
}

// ended lets the handlers answer and looks once more: a re-opening may have
// come in the last moment.
func (w *crisisRun) ended(ctx workflow.Context) (bool, error) {
	err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) })
	w.drain(ctx)
	return len(w.state.Inbox) == 0 && w.state.Now.Status == crisis.Closed, err
}

// handOn goes on in a new run with the whole state.
func (w *crisisRun) handOn(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) }); err != nil {
		return err
	}
	w.drain(ctx)
	return workflow.NewContinueAsNewError(ctx, CrisisWorkflow, Input{ObjectID: w.id, State: &w.state})
}

// drain takes the signals that have arrived, so that none is lost with the run.
func (w *crisisRun) drain(ctx workflow.Context) {
	facts := workflow.GetSignalChannel(ctx, FactSignal)
	for {
		var f Fact
		if !facts.ReceiveAsync(&f) {
			return
		}
		w.state.Inbox = append(w.state.Inbox, f)
	}
}

// tolerate logs what the database refused for good and goes on: a case must not
// die of one reminder. A cancelled run is passed on.
func (w *crisisRun) tolerate(ctx workflow.Context, what string, err error) error {
	var app *temporal.ApplicationError
	if err != nil && errors.As(err, &app) {
		workflow.GetLogger(ctx).Error("refused", "what", what, "code", app.Type(), "crisis", w.id)
		return nil
	}
	return err
}
